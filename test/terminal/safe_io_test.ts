import { assertEquals } from "@std/assert";
import { safeIo } from "../../src/terminal/safe_io.ts";
import { styleFor } from "../../src/terminal/style.ts";
import { tableLines } from "../../src/terminal/table.ts";
import { RecordingIo } from "./recording_io.ts";

const HOSTILE = "\x1b]0;title\x07\x1b[2J\x9b1A\rb\u202e";
const SHOWN = "\\u001b]0;title\\u0007\\u001b[2J\\u009b1A\\rb\\u202e";

Deno.test("texts cannot steer the terminal, on either stream", async () => {
  const recorded = new RecordingIo("", { columns: 80 });
  const io = safeIo(recorded);
  io.print(HOSTILE);
  io.print(HOSTILE, "data");
  await io.write(`${HOSTILE}\n`);
  io.log(HOSTILE);
  assertEquals([recorded.stdout, recorded.stderr], [`${SHOWN}\n`.repeat(3), `${SHOWN}\n`]);
});

Deno.test("data that go to a file or to a program stay as they are; what is for people is still shown safely", async () => {
  const recorded = new RecordingIo();
  const io = safeIo(recorded);
  io.print(HOSTILE);
  io.print(HOSTILE, "data");
  await io.write(`${HOSTILE}\n`);
  assertEquals(recorded.stdout, `${SHOWN}\n${HOSTILE}\n${HOSTILE}\n`);
});

Deno.test("colours are shown where there are any, and nothing else with them", () => {
  for (const hasColors of [true, false]) {
    const recorded = new RecordingIo("", { hasColors });
    const red = styleFor(true)("red", "worse");
    safeIo(recorded).print(`${red} ${HOSTILE}`);
    const styled = hasColors ? red : red.replaceAll("\x1b", "\\u001b");
    assertEquals(recorded.stdout, `${styled} ${SHOWN}\n`);
  }
});

Deno.test("a line break in a cell does not begin a row", () => {
  assertEquals(tableLines(["file", "n"], [["a\nb", "1"]]), ["file  n", "----  -", "a\\nb  1"]);
});

Deno.test("columns are as wide as what is shown of their cells, in which styles stay", () => {
  const red = styleFor(true)("red", "worse");
  assertEquals(tableLines(["a", "b"], [["\x1b[2J", "1"], [red, "2"]]), [
    "a          b",
    "---------  -",
    "\\u001b[2J  1",
    `${red}      2`,
  ]);
});
