// deno-lint-ignore-file no-console
/**
 * A small whole job beside PEFT's: GPT-2's shape with random weights, 20 vectors, 96 examples in one epoch, then 32 to classify.
 * Each is a command of its own, from its start to its end: processor time (user and system), wall time, and the most memory
 * that it held. They take turns; ratios count, and on a machine that others use those of the processor time.
 *
 *   deno task bench:job [--rounds 3]
 *
 * PYTHON names the interpreter that has torch, transformers, peft and onnx.
 */
import { join } from "@std/path";
import { parseArgs } from "node:util";
import { median } from "./median.ts";

/** What a command took. */
interface Cost {
  readonly cpu: number;
  readonly wall: number;
  readonly mib: number;
}

const { values } = parseArgs({ args: Deno.args, options: { rounds: { type: "string", default: "3" } } });
const python = Deno.env.get("PYTHON") ?? "python3";
const folder = join("data", "bench", "whole-job");
const script = join("bench", "whole_job.py");

/** Runs a command and prints what it took, as GNU time would: Python's `resource` module reports it for a child. */
const MEASURE = `
import json, resource, subprocess, sys, time
start = time.time()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "wall": time.time() - start, "mib": used.ru_maxrss / 1024}))
sys.exit(code)`;

const EXPERIMENT = {
  name: "whole-job",
  model: { source: "." },
  dataset: { split: { train: "train.csv", test: "test.csv" }, validation: 0 },
  prompt: {
    kind: "soft",
    length: 20,
    insertion: "word-embeddings",
    initialization: { from: "random" },
    template: "{prompt} {text} it was",
  },
  verbalizer: { negative: ["0"], positive: ["1"] },
  training: { batchSize: 8, epochs: 1, optimizer: { name: "adamw", learningRate: 0.03 } },
  device: "cpu",
};

if (await Deno.stat(join(folder, "onnx", "model.onnx")).catch(() => undefined) === undefined) {
  await output(python, [script, "make", folder]);
}
const file = join(folder, "experiment.yaml");
await Deno.writeTextFile(file, JSON.stringify(EXPERIMENT));
const ours: Cost[] = [];
const peft: Cost[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const results = await Deno.makeTempDir();
  ours.push(await measured(Deno.execPath(), "run", "-A", "src/main.ts", "run", file, "--results", results));
  await Deno.remove(results, { recursive: true });
  peft.push(await measured(python, script, "tune", folder));
}
console.log("                    processor s  wall s  peak MiB");
for (const [name, costs] of [["softprompt", ours], ["PEFT", peft]] as const) {
  console.log(
    name.padEnd(20),
    ...(["cpu", "wall", "mib"] as const).map((what) => of(costs, what).toFixed(1).padStart(8)),
  );
}
console.log(
  "softprompt over PEFT",
  ...(["cpu", "wall", "mib"] as const).map((what) =>
    (of(ours, what) / of(peft, what)).toFixed(2).padStart(8)
  ),
);

function of(costs: readonly Cost[], what: keyof Cost): number {
  return median(costs.map((cost) => cost[what]));
}

async function measured(...command: string[]): Promise<Cost> {
  return JSON.parse(await output(python, ["-c", MEASURE, ...command]));
}

async function output(command: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (code !== 0) {
    throw new Error(`${command} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}
