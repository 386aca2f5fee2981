import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { styleFor } from "../../src/terminal/style.ts";
import { tableLines } from "../../src/terminal/table.ts";
import { widthOf } from "./screen.ts";

const HEADER = ["run", "test accuracy", "95% interval", "validation", "seconds", "results"];
const ROWS = [
  ["reviews/length=20,seed=0", "85.0%", "83.1 to 86.9", "84.0%", "12.3", "results/reviews/length=20,seed=0"],
  ["情感分析/长度=20,种子=0", "75.0%", "73.1 to 76.9", "", "2.3", "results/情感分析/长度=20,种子=0"],
];

/** What a table's lines hold, without the blanks between them. */
const squeezed = (lines: readonly string[]) => lines.join("").replace(/\s/g, "");

for (const columns of [40, 60, 80, 100]) {
  Deno.test(`at ${columns} columns no line of a table is wider, and nothing of it is lost`, () => {
    const lines = tableLines(HEADER, ROWS, columns);
    for (const line of lines) assert(widthOf(line) <= columns, `${widthOf(line)}: ${line}`);
    const letters = (text: string) => [...text.replace(/[\s-]/g, "")].sort().join("");
    const list = ROWS.flatMap((row) => row.flatMap((cell, i) => cell === "" ? [] : [HEADER[i]!, cell]));
    const all = [...HEADER, ...ROWS.flat()];
    const found = letters(squeezed(lines));
    assert([list, all].some((cells) => letters(cells.join("")) === found), lines.join("\n"));
  });
}

Deno.test("a table without a terminal, or that fits, is as it was", () => {
  const plain = tableLines(HEADER, ROWS);
  assertEquals(tableLines(HEADER, ROWS, 200), plain);
  assertEquals(plain.length, 4);
  assertStringIncludes(plain[2]!, "83.1 to 86.9  84.0%");
});

Deno.test("cells of the widest columns take several lines, which end where names and paths have parts", () => {
  assertEquals(tableLines(["run", "why"], [["small", "a path: results/reviews/length=5"]], 24), [
    "run    why",
    "-----  -----------------",
    "small  a path: results/",
    "       reviews/length=5",
  ]);
});

Deno.test("a row that cannot be made narrow enough is a list", () => {
  assertEquals(tableLines(HEADER, ROWS.slice(1), 40), [
    "run            情感分析/长度=20,种子=0",
    "test accuracy  75.0%",
    "95% interval   73.1 to 76.9",
    "seconds        2.3",
    "results        results/情感分析/长度=20,",
    "               种子=0",
  ]);
});

Deno.test("a style stays in one line", () => {
  const better = styleFor(true)("green", "a verdict of some length");
  const lines = tableLines(["metric", "verdict"], [["m".repeat(60), better]], 60);
  assert(lines.some((line) => line.includes(better)), lines.join("\n"));
});
