import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { pairsIn, readWritten } from "./reading.ts";

const GOOD = '{"text": "a joy", "label": "good"}';
const BAD = '{"label": "bad", "text": "dull: [\\"so\\"], {}"}';
const TWO: [string, string][] = [["a joy", "good"], ['dull: ["so"], {}', "bad"]];

Deno.test("objects come a line each, or in one array, by the line that they begin on", async () => {
  for (const name of ["a.jsonl", "a.NDJSON", "a.json", "plain"]) {
    const { examples } = await readWritten(name, `${GOOD}\n\r\n${BAD}\r\n`);
    assertEquals(examples.map(({ id }) => id), [`${name}:1`, `${name}:3`]);
    assertEquals(examples.map(({ text, label }) => [text, label]), TWO);
  }
  for (const indent of [0, 1]) {
    const content = JSON.stringify([JSON.parse(GOOD), JSON.parse(BAD)], null, indent);
    const { examples } = await readWritten("a.json", `\n${content}\n`);
    assertEquals(
      examples.map(({ id }) => id),
      indent ? ["a.json:3", "a.json:7"] : ["a.json[1]", "a.json[2]"],
    );
    assertEquals(examples.map(({ text, label }) => [text, label]), TWO);
  }
});

for (
  const [line, message] of [
    ["null", "a line must be an object, got null"],
    [
      '["good", "x"]',
      "a line must be an object, got an array; if the file is one JSON array, name it .json",
    ],
    ['"a joy"', "a line must be an object, got a string"],
    ["[", "the file seems to be one JSON array: name it .json"],
    ["{", "each line must be a complete object"],
    ['{"text": NaN, "label": "x"}', "JSON has no NaN, write null"],
    ['{"text": "a", "label": "good", "text": "b"}', "the object has the key 'text' twice"],
    ['{"text": {"a": 1, "b": 2}, "label": "good"}', "'text' is an object: it must be a text"],
    ['{"text": ["a"], "label": "good"}', "'text' is a list: it must be a text"],
    [
      '{"text": null, "label": "good"}',
      "'text' is null: fill it in, or set 'dataset.missing: drop'",
    ],
    ['{"text": "a", "label": null}', "'label' is null: fill it in"],
    ['{"text": "a"}', "there is no 'label' (found: text)"],
    ['{"label": "good"}', "there is no 'text' (found: label)"],
  ] as const
) {
  Deno.test(`the line ${line} is refused with its number`, async () => {
    await assertRejects(() => pairsIn("a.jsonl", `${GOOD}\n\n${line}\n`), InputError, `a.jsonl:3: `);
    await assertRejects(() => pairsIn("a.jsonl", `${GOOD}\n\n${line}\n`), InputError, message);
  });
}

for (
  const [content, message] of [
    [`[${GOOD},\n"a joy"]`, 'a.json:2: the array must hold objects, got "a joy"'],
    [`[${GOOD},\n{"text": NaN}]`, "a.json:2: JSON has no NaN, write null"],
    [`[${GOOD},\n{"text": "a", "text": "b"}]`, "a.json:2: the object has the key 'text' twice"],
    [`[${GOOD},\n${BAD}\n`, "a.json:3: it is not JSON (Expected ',' or ']' after array element)"],
    [`[${GOOD},\n${BAD},\n]`, "a.json:2: there is a comma after the last element: remove it"],
    [`[\n${GOOD}, {"text": "a", "label": null}, ${BAD}]`, "a.json[2]: 'label' is null"],
    [`[${GOOD}, {"text"}]`, "a.json[2]: it is not JSON"],
    [
      `[${"[".repeat(200_000)}${"]".repeat(200_000)}]`,
      "a.json:1: lists and objects are nested more than 500 deep",
    ],
    ["3", "a.json: it must be one array of objects, or one object per line"],
    [`[${GOOD},\n{"text": "a",\n"label": null}]`, "a.json:2: 'label' is null"],
  ] as const
) {
  Deno.test(`the array ${content.slice(0, 80)} is refused with its line`, () =>
    assertRejects(() => pairsIn("a.json", content), InputError, message).then(() => {}));
}

Deno.test("elements that share a line are named by their numbers, others by their lines", async () => {
  const { examples } = await readWritten("a.json", `[${GOOD},\n${BAD}, ${GOOD},\n${BAD}\n]`);
  assertEquals(examples.map(({ id }) => id), ["a.json:1", "a.json[2]", "a.json[3]", "a.json:3"]);
});

Deno.test("numbers become their text in the file", async () => {
  const numbers = ["1.0", "1.10", "1e3", "12345678901234567890", "9007199254740993", "-0", "7"];
  const objects = numbers.map((number) => `{"text": ${number}, "label": ${number}}`);
  for (
    const [name, content] of [["a.jsonl", objects.join("\n")], ["a.json", `[${objects.join(",")}]`]] as const
  ) {
    assertEquals(await pairsIn(name, content), numbers.map((number) => [number, number]));
  }
  const columns = { text: "text", label: "label", placeholders: ["text"], labels: { "1.0": "good" } };
  assertEquals(await pairsIn("a.jsonl", objects[0]!, {}, columns), [["1.0", "good"]]);
});

Deno.test("lines with null are left out and counted where that is asked for", async () => {
  const lines = [
    GOOD,
    '{"text": null, "label": "good"}',
    BAD,
    '{"text": "a", "label": null}',
    '{"text": "", "label": "bad"}',
  ];
  const { examples, notes } = await readWritten("a.jsonl", lines.join("\n"), { missing: "drop" });
  assertEquals(examples.map(({ text, label }) => [text, label]), [...TWO, ["", "bad"]]);
  assertEquals(notes.length, 1);
  assertEquals(
    notes[0]!.endsWith(
      "a.jsonl: 2 of 5 lines are left out: 2 have null in a required column ('text': 1, 'label': 1)",
    ),
    true,
  );
});

Deno.test("a property that every JavaScript object has is not a column", async () => {
  const columns = { text: "constructor", label: "label", placeholders: ["text"] };
  await assertRejects(
    () => pairsIn("a.jsonl", GOOD, {}, columns),
    InputError,
    "a.jsonl:1: there is no 'constructor' (found: text, label)",
  );
});
