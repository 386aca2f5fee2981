import { assertEquals, assertThrows } from "@std/assert";
import { ExperimentError, InputError } from "../../src/base/errors.ts";
import { overridden, parseOverride, parseOverrides } from "../../src/experiment/override.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";

const FILE = `name: x
model: { source: m }
dataset: { name: rt-polarity }
prompt: { kind: hard, template: "{text} it was {mask} ." }
verbalizer: { negative: [bad], positive: [good] }
`;

for (
  const [assignment, value] of [
    ["prompt.template={text} was {mask}", "{text} was {mask}"],
    ["prompt.template={text}", "{text}"],
    ["prompt.template=*x # y", "*x # y"],
    ["prompt.template=Review: {text} It was:", "Review: {text} It was:"],
    ['prompt.template="{text} was {mask}"', "{text} was {mask}"],
    ["description=a: b: c", "a: b: c"],
    ["description=null", null],
    ["name=1.0", "1.0"],
    ["dataset.text=True", "True"],
    ["verbalizer.positive=[1, yes, null]", ["1", "yes", "null"]],
    ["dataset.labels={ 1.0: a, 01: 2 }", { "1.0": "a", "01": "2" }],
    ["seed=3", 3],
    ["dataset.split.test=0.2", 0.2],
    ["dataset.split.test=a.csv", "a.csv"],
    ["training=null", null],
    ["sweep={ verbalizer.a: [[1.0]] }", { "verbalizer.a": [["1.0"]] }],
  ] as const
) {
  Deno.test(`--set ${assignment} is what its key takes`, () => {
    assertEquals(parseOverride(assignment).value, value as unknown);
  });
}

for (
  const [assignments, message] of [
    [["verbalizer.positive=[good, great"], "'verbalizer.positive=[good, great' cannot be read"],
    [["verbalizer.positive=[*good]"], "'*good' is an alias in YAML"],
    [['prompt.template="{text}" x'], "leave the quotes out, or put the whole value in quotes"],
    [["seed"], "write KEY=VALUE"],
    [["seed=1", "prompt.length=2", "seed=2"], "'seed=1' and 'seed=2' set the same key"],
    [
      ["prompt.length=2", "prompt={ kind: soft }"],
      "'prompt.length=2' and 'prompt={ kind: soft }' set the same key",
    ],
  ] as const
) {
  Deno.test(`--set ${assignments.join(" --set ")} is refused`, () => {
    assertThrows(() => parseOverrides(assignments), InputError, message);
  });
}

Deno.test("an error in a value from the command line names the flag", () => {
  assertThrows(
    () => parseExperiment(FILE, "x.yaml", parseOverrides(["prompt.template=*x"])),
    ExperimentError,
    "or other columns of the data (set by --set prompt.template)",
  );
});

Deno.test("a path through a list takes the numbers of its items, and no other names", () => {
  const content = { a: [{ b: 1 }] };
  assertEquals(overridden(content, [{ path: ["a", "0", "b"], value: 2 }]), { a: [{ b: 2 }] });
  for (const key of ["length", "7", "__proto__"]) {
    assertThrows(
      () => overridden(content, [{ path: ["a", key], value: 1 }]),
      InputError,
      "'a' is a list of 1 items",
    );
  }
});

Deno.test("names that every JavaScript object has change nothing but the keys of that name", () => {
  const [override] = parseOverrides(["__proto__.polluted=1"]);
  const changed = overridden({ a: 1 }, [override!]);
  assertEquals(JSON.stringify(changed), '{"a":1,"__proto__":{"polluted":1}}');
  assertEquals("polluted" in {}, false);
  assertThrows(
    () => parseExperiment(FILE, "x.yaml", [override!]),
    ExperimentError,
    "unknown key '__proto__'",
  );
});
