import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/csv/parse";
import { join } from "@std/path";
import { drawBars, drawLines } from "../../experiments/paper/plots.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { ROOT } from "../shared.ts";

const FILES = join(ROOT, "experiments/paper"), KEPT = join(ROOT, "results/paper");

Deno.test("the study's tables have every run that its files ask for, complete", async () => {
  for await (const { name } of Deno.readDir(FILES)) {
    if (!name.endsWith(".yaml")) continue;
    const variants = parseVariants(await Deno.readTextFile(join(FILES, name)), name);
    if (variants.length === 1) continue;
    const table = `${variants[0]!.experiment.name.replace("paper-", "")}.csv`;
    const rows: Record<string, string | undefined>[] = parse(await Deno.readTextFile(join(KEPT, table)), {
      skipFirstRow: true,
    });
    assertEquals(rows.map(({ variant }) => variant).toSorted(), variants.map(({ name }) => name).toSorted());
    assertEquals(rows.filter(({ status }) => status !== "complete"), [], table);
  }
});

Deno.test("a plot of lines has each series by its name, and no interval where there is none", () => {
  const svg = drawLines([
    { x: 1, series: "random", mean: 0.7, interval: [0.65, 0.75] },
    { x: 20, series: "random", mean: 0.74, interval: null },
    { x: 20, series: "vocabulary", mean: 0.741, interval: [0.7, 0.78] },
  ], "prompt length");
  for (const text of [">random<", ">vocabulary<", "prompt length", ">20<"]) assertStringIncludes(svg, text);
  assertEquals(svg.match(/<circle/g)?.length, 3);
  assertEquals(svg.match(/<line [^>]*stroke="#/g)?.length, 2);
});

Deno.test("a plot of bars has a panel for each kind of data, and the numbers", () => {
  const svg = drawBars([
    { name: "hard prompt", data: "films", mean: 0.6312, interval: [0.6, 0.66] },
    { name: "hard prompt", data: "products", mean: 0.7, interval: null },
  ]);
  for (const text of [">films<", ">products<", ">63.1<", ">70.0<"]) assertStringIncludes(svg, text);
});
