import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../shared.ts";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

const HARD = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };

/** Mistakes in an experiment file, each with what the error says of the way out. */
const MISTAKES: readonly (readonly [string, Record<string, unknown>, string])[] = [
  [
    "another model's mask token",
    { prompt: { kind: "hard", template: "{text} it was <mask> ." } },
    "write {mask} in place of '<mask>'",
  ],
  [
    "the model's own mask token",
    { prompt: { kind: "hard", template: "{text} it was [MASK] ." } },
    "'[MASK]' itself: write {mask} once",
  ],
  [
    "no mask at all",
    { prompt: { kind: "hard", template: "{text} it was" } },
    "write {mask} where it answers, for example '{text} it was {mask} .'",
  ],
  [
    "a word in place of a list",
    { verbalizer: { negative: "bad", positive: ["good"] } },
    "'verbalizer.negative' must be an array, got \"bad\": write a list, [bad]",
  ],
  [
    "words in place of a list",
    { verbalizer: { negative: "bad, poor", positive: ["good"] } },
    ': write a list, ["bad, poor"]',
  ],
  ["a word in place of a boolean", {
    training: { optimizer: { name: "adafactor", factored: "yes" } },
    prompt: { kind: "soft", length: 4, template: "{prompt} {text} it was {mask} ." },
  }, ": write true or false"],
  ["a key without its value", { verbalizer: null }, ": write a value after it, or leave the key out"],
  [
    "a folder in place of data",
    { dataset: { file: "model" } },
    "it is a folder, not a file: name a file in it",
  ],
  ["data below a file", { dataset: { file: "experiment.yaml/a.csv" } }, "check the 'dataset'"],
  ...(["", "nowhere", "model", "experiment.yaml"].map((path) =>
    [
      `a run at '${path}' to start from`,
      {
        prompt: {
          kind: "soft",
          length: 4,
          template: "{prompt} {text} it was {mask} .",
          initialization: { from: "run", path: path || "." },
        },
        training: { epochs: 1 },
      },
      ": name a run's folder, or run its experiment first",
    ] as const
  )),
  ["a folder that is no adapter", {
    prompt: {
      kind: "soft",
      length: 4,
      template: "{prompt} {text} it was {mask} .",
      insertion: "word-embeddings",
      initialization: { from: "peft", path: "model" },
    },
    training: { epochs: 1 },
  }, "it lacks adapter_model.safetensors: name the folder that PEFT's save_pretrained wrote"],
];

for (const [what, changes, way] of MISTAKES) {
  Deno.test(`${what}: the error says the way out`, () =>
    inFolder(async (folder) => {
      const experiment = await writeExperiment(folder, { ...HARD, ...changes });
      const { code, stderr } = await call(["validate", experiment]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, way);
      assert(!stderr.includes("unexpected"), stderr);
    }));
}

Deno.test("paths on the command line that lead to nothing are wrong use, in the launcher, too", () =>
  inFolder(async (folder) => {
    const file = join(folder, "a.txt");
    const loop = join(folder, "loop.yaml");
    await Deno.writeTextFile(file, "a joy\n");
    await Deno.symlink("loop.yaml", loop);
    await Deno.mkdir(join(folder, "empty"));
    for (
      const [args, way] of [
        [["run", join(file, "x.yaml")], "there is no experiment file"],
        [["run", loop], "there is no experiment file"],
        [["validate", join(file, "x")], "there is no experiment file"],
        [["batch", join(folder, "empty")], "name one (.yaml or .yml), or a folder that holds some"],
        [["predict", join(file, "x"), "a joy"], "name a run's folder"],
        [["data", "rt-polarity", "--from", file, "--to", folder], "rt-polarity.pos with --from"],
      ] as const
    ) {
      const inProcess = await call(args);
      assertEquals(inProcess.code, 2, inProcess.stderr);
      assertStringIncludes(inProcess.stderr, way);
      if (args[0] === "data" || args[0] === "predict") continue;
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--quiet", "src/launch.ts", ...args],
        cwd: ROOT,
        env: { NO_COLOR: "1" },
      }).output();
      assertEquals(code, 2);
      assertStringIncludes(new TextDecoder().decode(stderr), way);
    }
  }));
