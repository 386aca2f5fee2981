// deno-lint-ignore-file no-console
/**
 * What exporting a classifier in fewer bits costs: the classifier of a run in float32, float16 and int8, in plain ONNX Runtime
 * on the run's own test texts. Sizes, and the texts that get float32's class, with Wilson's interval at 95%.
 *
 *   deno task bench:exports RUN
 */
import { join } from "@std/path";
import { main } from "../src/cli.ts";
import { EXPORT_DTYPES } from "../src/commands/flag_values.ts";
import { wilsonInterval } from "../src/evaluation/metrics.ts";
import { modelFile } from "../src/experiment/model_file.ts";
import { readRun } from "../src/results/read_run.ts";
import { processIo } from "../src/terminal/process_io.ts";
import { tableLines } from "../src/terminal/table.ts";
import { exportedProbabilities } from "../test/commands/exported.ts";

const [run] = Deno.args;
if (run === undefined) throw new Error("name the folder of a run: deno task bench:exports RUN");
const texts = (await readRun(run)).predictions.map(({ text }) => text);
const folder = await Deno.makeTempDir();
const rows: string[][] = [];
let exact: { readonly size: number; readonly answers: readonly (readonly number[])[] } | undefined;
for (const dtype of EXPORT_DTYPES) {
  const code = await main(
    ["export", run, "--format", "onnx", "--dtype", dtype, "--out", folder],
    processIo(),
  );
  if (code !== 0) Deno.exit(code);
  const file = modelFile(dtype);
  const { size } = await Deno.stat(join(folder, file));
  const answers = await exportedProbabilities(folder, texts, { file });
  exact ??= { size, answers };
  const same = answers.filter((answer, i) => best(answer) === best(exact!.answers[i]!)).length;
  const [low, high] = wilsonInterval(same, texts.length);
  const farthest = Math.max(
    ...answers.flatMap((answer, i) => answer.map((p, c) => Math.abs(p - exact!.answers[i]![c]!))),
  );
  rows.push([
    dtype,
    `${(size / 1e6).toFixed(1)} MB`,
    (size / exact.size).toFixed(2),
    `${same} of ${texts.length} (${(100 * low).toFixed(1)}% to ${(100 * high).toFixed(1)}%)`,
    farthest.toFixed(4),
  ]);
}
await Deno.remove(folder, { recursive: true });
const header = ["dtype", "bytes", "of float32's", "texts with float32's class", "farthest probability"];
for (const line of tableLines(header, rows)) console.log(line);

function best(answer: readonly number[]): number {
  return answer.indexOf(Math.max(...answer));
}
