import { assertEquals } from "@std/assert";
import { ConfigValueError, ExperimentError, InputError, sharedMessage } from "../../src/base/errors.ts";
import { classesOfFile, joined, message, ofFile } from "../../src/base/message.ts";

const SECRET = "hf_secret";

Deno.test("what a message quotes of a file is for the terminal only, however errors are made of errors", () => {
  const read = new InputError(message`a.csv:1: there is no 'text' (found: ${ofFile(SECRET)}): name it`);
  assertEquals(read.message, `a.csv:1: there is no 'text' (found: ${SECRET}): name it`);
  const key = new ConfigValueError([{ path: ["dataset"], message: read.forms }]);
  const placed = new ExperimentError("e.yaml", [
    ...key.wrong.map(({ message }) => ({ line: 3, column: 1, message })),
    { line: 4, column: 2, message: "another" },
  ]);
  assertEquals(placed.message.split("\n"), [
    `e.yaml:3:1: a.csv:1: there is no 'text' (found: ${SECRET}): name it`,
    "e.yaml:4:2: another",
  ]);
  for (const error of [read, key, placed, new InputError(`found ${ofFile(SECRET)}`)]) {
    assertEquals(sharedMessage(error).includes(SECRET), false);
  }
  assertEquals(sharedMessage(read), "a.csv:1: there is no 'text' (found: …): name it");
});

Deno.test("the engine's parser quotes what it cannot read, and results do not", () => {
  try {
    JSON.parse(SECRET);
  } catch (error) {
    assertEquals(String(error).includes("hf_"), true);
    assertEquals(sharedMessage(error), "a file could not be parsed");
  }
});

Deno.test("of classes, results name a few that are short", () => {
  const long = "x".repeat(41);
  const { text, shared } = classesOfFile(["a", long, "c", "d"], 3);
  assertEquals(text, `a, ${"x".repeat(40)}…, c, d`);
  assertEquals(shared, "a, …, c, …");
  assertEquals(classesOfFile(["a"], 0).shared, "…");
});

Deno.test("a message is one line, whatever a name in it holds, and only lists have several", () => {
  const name = "a\n\x1b[31merror\u202e.csv";
  const shown = "a\\n\\u001b[31merror\\u202e.csv";
  assertEquals(new InputError(`there is no ${name}`).message, `there is no ${shown}`);
  assertEquals(new InputError(message`there is no ${name}`).message, `there is no ${shown}`);
  assertEquals(joined([name, ofFile(name)], "\n").text, `${shown}\n${shown}`);
});
