// deno-lint-ignore-file no-console
/**
 * How much memory training takes: a process of its own for each size opens what a run opens (the step, the optimizer alone,
 * prediction), takes three steps and predicts once. Beside its peak stand the model's file and what the backward pass needs of
 * the forward pass, as the compiler counts it.
 *
 * Then the same for targets of 32 tokens among 250,000 words, beside a step that takes the whole vocabulary at once. "Above" is
 * the peak without the weights; the process itself takes about 100 MiB of it.
 *
 *   deno task bench:memory [FILE]        (by default data/bench/base/onnx/model.onnx, which bench:peers makes)
 */
import process from "node:process";
import { compile, evaluate, type Graph, savedActivationBytes } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";
import { writeVocabularyModel } from "./vocabulary_model.ts";

const MIB = 2 ** 20;
const STEPS = 3;
/** The size of the hidden states of the model with a large vocabulary: mT5-small's. */
const DIMENSION = 512;
const [file = "data/bench/base/onnx/model.onnx", batch, sequence] = Deno.args;

if (batch === undefined) {
  console.log("batch  tokens  model's file  kept  2.5 files and what is kept  peak  (MiB)");
  for (const sizes of [[8, 64], [16, 64], [32, 64], [16, 128]]) {
    await run(import.meta.filename!, [file, ...sizes.map(String)], "inherit");
  }
  console.log("\nwords   weights  step      peak  above  (MiB)");
  for (const words of [50_000, 250_000]) await measureVocabulary(words);
} else await measure(Number(batch), Number(sequence));

/** Runs a program in a new process, whose peak is its own. @returns what it prints, where that is piped */
async function run(program: string, args: readonly string[], stdout: "inherit" | "piped"): Promise<string> {
  const permissions = ["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"];
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, program, ...args],
    stdout,
    stderr: "inherit",
  }).output();
  if (!output.success) Deno.exit(1);
  return stdout === "piped" ? new TextDecoder().decode(output.stdout) : "";
}

/** Steps with text targets of a model that has little but its vocabulary. */
async function measureVocabulary(words: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { path, bytes } = await writeVocabularyModel(folder, words, DIMENSION);
    for (const form of ["compiled", "naive"]) {
      const args = [path, form, String(words), String(DIMENSION)];
      const peak = Number(await run(new URL("vocabulary_step.ts", import.meta.url).pathname, args, "piped"));
      const columns = [words, bytes / MIB, form, peak / MIB, (peak - bytes) / MIB];
      const texts = columns.map((x) => typeof x === "number" ? x.toFixed(0) : x.padEnd(8));
      console.log(texts.map((x, i) => x.padStart([6, 7, 8, 5, 5][i]!)).join("  "));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(batch: number, sequence: number): Promise<void> {
  const sizes = { ...SIZES, batch, sequence };
  const bytes = await Deno.readFile(file);
  const size = bytes.length / MIB;
  let step: Graph | undefined;
  const { train, update, predict, dimension } = compile(
    bytes,
    file,
    "embedding-output",
    "adamw",
    { onPass: (_, graph) => step = graph },
  );
  bytes.buffer.transfer(0);
  const device = await openCpu();
  const feeds = stepFeeds(dimension, 1000, sizes);
  const sessions = [await device.open(train), await device.open(update), await device.open(predict)];
  for (let i = 0; i < STEPS; i++) await sessions[0]!.run(feeds);
  await sessions[2]!.run(feeds);
  const kept = evaluate(savedActivationBytes(step!), sizes) / MIB;
  const peak = process.resourceUsage().maxRSS / 1024;
  const columns = [batch, sequence, size, kept, 2.5 * size + kept, peak];
  console.log(columns.map((x, i) => x.toFixed(0).padStart([5, 6, 12, 4, 26, 4][i]!)).join("  "));
}
