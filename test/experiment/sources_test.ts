import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseExperiment } from "../../src/experiment/parse.ts";
import schema from "../../src/experiment/schema.json" with { type: "json" };
import { ExperimentError } from "../../src/base/errors.ts";

function parsed(changes: Record<string, unknown>) {
  const experiment = {
    name: "x",
    model: { source: "acme/tiny" },
    dataset: { file: "a.csv" },
    prompt: { kind: "hard", template: "{text} it was {mask} ." },
    verbalizer: { negative: ["bad"], positive: ["good"] },
    ...changes,
  };
  return parseExperiment(JSON.stringify(experiment), "x.yaml");
}

const SHARES = { test: 0.1, validation: 0.1, seed: 0 };

Deno.test("a precision names the file that transformers.js names", () => {
  assertEquals(parsed({}).model, { source: "acme/tiny", file: "onnx/model.onnx" });
  assertEquals(parsed({ model: { source: "acme/tiny", revision: "v1", dtype: "q8" } }).model, {
    source: "acme/tiny",
    revision: "v1",
    file: "onnx/model_quantized.onnx",
  });
});

Deno.test("a dataset on the hub has its own splits, or shares of one", () => {
  const source = "acme/reviews";
  const revision = "refs/convert/parquet";
  const common = { clean: "none", validation: 0.1, text: "text", label: "label", revision, source };
  const split = (dataset: Record<string, unknown>) => parsed({ dataset: { source, ...dataset } }).dataset;
  assertEquals(split({}), { ...common, split: { train: "train", test: "test" } } as never);
  assertEquals(split({ split: "all" }).split, { ...SHARES, of: "all" });
  assertEquals(split({ split: { test: 0.5 } }).split, { of: "train", test: 0.5, validation: 0, seed: 0 });
});

for (
  const [what, changes, message] of [
    [
      "two sources",
      { dataset: { name: "reviews-demo", file: "a.csv" } },
      "takes a 'name' or a 'file', not both",
    ],
    ["no source", { dataset: { text: "body" } }, "'dataset' needs a 'name', a 'file', a 'source'"],
    [
      "a configuration of a file",
      { dataset: { file: "a.csv", config: "x" } },
      "'dataset.config' goes with a 'source', not with a 'file'",
    ],
    [
      "a delimiter with a dataset on the hub",
      { dataset: { source: "a/b", delimiter: ";" } },
      "'dataset.delimiter' goes with a 'file' or a 'split' by files",
    ],
    [
      "a file of an unknown kind",
      { dataset: { file: "a.xlsx" } },
      "x.yaml:1:62: 'dataset.file' has an unknown extension, got \"a.xlsx\": save it as one of .csv, .tsv",
    ],
    [
      "a split's file of an unknown kind",
      { dataset: { split: { train: "a.csv", test: "b.arrow" } } },
      "'dataset.split.test' has an unknown extension, got \"b.arrow\"",
    ],
    [
      "a transfer file of an unknown kind",
      { evaluation: { transfer: [{ file: "a.csv.zip" }] } },
      "'evaluation.transfer.0.file' has an unknown extension",
    ],
    [
      "a key of other kinds of file",
      { dataset: { split: { train: "a.jsonl", test: "B.JSON.gz" }, quotes: true } },
      "'dataset.quotes' applies only to .csv, .tsv files: leave it out",
    ],
    [
      "missing values of known data",
      { dataset: { name: "reviews-demo", missing: "drop" } },
      "'dataset.missing' goes with a 'file', a 'source' or a 'split' by files, not with a 'name'",
    ],
    [
      "a named split of a file",
      { dataset: { file: "a.csv", split: "train" } },
      "'dataset.split' must be textcnn",
    ],
    [
      "shares of a split of a file",
      { dataset: { file: "a.csv", split: { test: 0.1, of: "x" } } },
      "'of' names a split of a 'source'",
    ],
    [
      "files beside a file",
      { dataset: { file: "a.csv", split: { train: "b.csv", test: "c.csv" } } },
      "a split by files names its own",
    ],
    ["a placeholder of known data", {
      dataset: { name: "reviews-demo" },
      prompt: { kind: "hard", template: "{txt} {mask}" },
    }, "unknown placeholder '{txt}'; did you mean 'text'?"],
    ["the label in the template", {
      prompt: { kind: "hard", template: "{text} {label} {mask}" },
    }, "x.yaml:1:106: '{label}' in the template stands for the column 'label', which holds the class"],
    ["a text that is the label", {
      dataset: { file: "a.csv", text: "stars", label: "stars" },
    }, "x.yaml:1:77: '{text}' in the template stands for the column 'stars', which holds the class"],
    ["a transfer's label in the template", {
      prompt: { kind: "hard", template: "{premise} {mask}" },
      evaluation: { transfer: [{ file: "a.csv", label: "premise" }] },
    }, "set 'evaluation.transfer.0.label' to the one that holds the class"],
    [
      "a share beside files",
      { dataset: { split: { train: "a.csv", test: 0.2 } } },
      "a split with 'train' takes names for 'test' and 'validation', too, and not shares",
    ],
    ["a share for validation beside a split's", {
      dataset: { file: "a.csv", validation: 0.4, split: { test: 0.3, validation: 0.2 } },
    }, "x.yaml:1:83: 'dataset.split' has its own validation set (0.2), so no share"],
    ["a share for validation beside a split's file", {
      dataset: { validation: 0.1, split: { train: "a.csv", validation: "b.csv", test: "c.csv" } },
    }, "'dataset.split' has its own validation set (b.csv), so no share"],
    ["a share for validation where shares are the default", {
      dataset: { file: "a.csv", validation: 0.4 },
    }, "the default split of the dataset has its own validation set (0.1)"],
    ["a sample of a class in another normalization", {
      verbalizer: { "caf\u00e9": ["good"], b: ["bad"] },
      evaluation: { samples: [{ text: "x", label: "cafe\u0301" }] },
    }, "it differs from 'caf\u00e9' only in its Unicode normalization"],
    ["a sample without a column", {
      prompt: { kind: "hard", template: "{a} {b} {mask}" },
      evaluation: { samples: [{ a: "x" }] },
    }, "the sample lacks 'b', which is in the template"],
    [
      "a sample with another",
      { evaluation: { samples: [{ text: "x", txet: "y" }] } },
      "unknown key 'txet'; did you mean 'text'?",
    ],
  ] as const
) {
  Deno.test(`${what} is refused with its place`, () => {
    assertThrows(() => parsed(changes), ExperimentError, message);
  });
}

Deno.test("files may be compressed, and have extensions in capitals or none; a key has to go with one of them", () => {
  const split = { train: "A.CSV.gz", validation: "b.ndjson", test: "plain" };
  const { dataset } = parsed({
    dataset: { split, delimiter: ";", quotes: false, columns: ["text", "label"] },
  });
  assertEquals(dataset.split, split);
  const transfer = [{ file: "stars.csv.gz", encoding: "gb18030" }];
  assertEquals(parsed({ evaluation: { transfer } }).evaluation.transfer![0]!.as, "stars");
});

Deno.test("what an initialization needs goes with its kind", () => {
  const soft = (initialization: Record<string, unknown>) => () =>
    parsed({ prompt: { kind: "soft", template: "{prompt} {text} {mask}", initialization } });
  assertThrows(soft({ from: "text" }), ExperimentError, "'from: text' needs 'text'");
  assertThrows(soft({ from: "run" }), ExperimentError, "'from: run' needs 'path'");
  assertThrows(soft({ from: "labels", top: 3 }), ExperimentError, "'top' goes with 'from: vocabulary'");
  assertThrows(
    soft({ from: "random", path: "x" }),
    ExperimentError,
    "'path' goes with 'from: run' or 'from: peft'",
  );
  const { prompt } = soft({ from: "labels" })();
  assertEquals(prompt.kind === "soft" && prompt.initialization, { from: "labels" });
});

Deno.test("data to transfer to take the keys of their source, as a dataset does", () => {
  const refused = (...transfer: Record<string, unknown>[]) =>
    assertThrows(() => parsed({ evaluation: { transfer } }), ExperimentError).message;
  for (
    const [one, key, why] of [
      [{ name: "reviews-demo", config: "c" }, "config", "goes with a 'source', not with a 'name'"],
      [{ name: "reviews-demo", revision: "r" }, "revision", "goes with a 'source', not with a 'name'"],
      [{ name: "reviews-demo", text: "t" }, "text", "goes with a 'file' or a 'source', not with a 'name'"],
      [{ file: "a.csv", path: "p" }, "path", "goes with a 'name', not with a 'file'"],
      [{ source: "acme/reviews", delimiter: ";" }, "delimiter", "goes with a 'file', not with a 'source'"],
    ] as const
  ) {
    assertStringIncludes(refused(one), `'evaluation.transfer.0.${key}' ${why}`);
  }
});

Deno.test("a whole number has a limit, which the message names", () => {
  const most = Number.MAX_SAFE_INTEGER;
  for (
    const [changes, key, limit] of [
      [
        { prompt: { kind: "soft", length: 1e9, template: "{prompt} {text} {mask}" } },
        "prompt.length",
        1000000,
      ],
      [{ training: { steps: 1e300 } }, "training.steps", most],
      [{ training: { batchSize: 1e300 } }, "training.batchSize", most],
      [{ evaluation: { batchSize: 1e300 } }, "evaluation.batchSize", most],
      [{ seed: 1e300 }, "seed", most],
    ] as const
  ) {
    const { message } = assertThrows(() => parsed(changes), ExperimentError);
    assertStringIncludes(message, `'${key}' must be at most ${limit}, got 1`);
  }
});

Deno.test("every whole number of an experiment file has a limit", () => {
  const unlimited = (part: unknown, path: readonly string[]): string[] => {
    if (typeof part !== "object" || part === null) return [];
    const own = "type" in part && part.type === "integer" && !("maximum" in part) ? [path.join(".")] : [];
    return [...own, ...Object.entries(part).flatMap(([key, inner]) => unlimited(inner, [...path, key]))];
  };
  assertEquals(unlimited(schema, []), []);
});
