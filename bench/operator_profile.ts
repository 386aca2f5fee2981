import { dirname } from "@std/path";
import type { InferenceSession } from "onnxruntime-common";
import type { Emitted } from "../src/compiler/mod.ts";
import type { Tensor } from "../src/device/device.ts";

/** Warm-up runs before the one that counts: the first allocates memory, and the second still grows it. */
const WARM_UP = 3;

/** An event of ONNX Runtime's profiler; times in microseconds. */
interface ProfilerEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

/**
 * Where the time of a run on the native CPU goes, from ONNX Runtime's profiler.
 *
 * @param graph its weights are in one folder
 * @returns milliseconds by operator, the largest first, and `between`: what the kernels do not account for
 */
export async function operatorProfile(
  graph: Emitted,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, number>> {
  const ort = await import("onnxruntime-node");
  const folder = await Deno.makeTempDir({ dir: "bench" });
  try {
    const options: InferenceSession.SessionOptions = {
      enableProfiling: true,
      profileFilePrefix: `${folder}/profile`,
      intraOpNumThreads: navigator.hardwareConcurrency,
      extra: {
        session: {
          disable_prepacking: "1",
          model_external_initializers_file_folder_path: dirname([...graph.weights.values()][0]!),
        },
      },
    };
    const session = await ort.InferenceSession.create(graph.bytes, options);
    const given = Object.fromEntries(session.inputNames.map((name) => {
      const { type, data, dims } = feeds[name]!;
      return [name, new ort.Tensor(type, data, dims)];
    }));
    for (let i = 0; i <= WARM_UP; i++) await session.run(given);
    session.endProfiling();
    await session.release();
    const [file] = await Array.fromAsync(Deno.readDir(folder));
    return lastRun(JSON.parse(await Deno.readTextFile(`${folder}/${file!.name}`)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The kernels of the last run. */
function lastRun(events: readonly ProfilerEvent[]): Record<string, number> {
  const run = events.findLast(({ name }) => name === "model_run")!;
  const times = new Map<string, number>();
  let between = run.dur;
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time") || ts < run.ts || ts > run.ts + run.dur) continue;
    times.set(args.op_name!, (times.get(args.op_name!) ?? 0) + dur);
    between -= dur;
  }
  const sorted = [...times].sort(([, a], [, b]) => b - a);
  return Object.fromEntries(
    [...sorted, ["between", between] as const].map(([op, time]) => [op, time / 1000]),
  );
}
