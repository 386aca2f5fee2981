import { join } from "@std/path";
import { callPython, type PythonPeer, startPython } from "./python_peer.ts";

const SCRIPT = "bench/step_peer.py";

/** The two ways of a step in PyTorch: as a user of PEFT writes it, and with the head at the answer alone. */
export const WAYS = ["peft", "careful"] as const;
/** One of them. */
export type Way = typeof WAYS[number];

/** What PyTorch starts with. */
export interface PeerStart {
  /** The prompt, row by row. */
  readonly prompt: readonly number[];
  readonly texts: readonly (readonly number[])[];
  /** Where the answer stands in each text. */
  readonly answer: number;
  /** The loss of each way's first step. */
  readonly losses: Readonly<Record<Way, number>>;
}

/** The exported file of a shape with random weights, made once. */
export async function peerModel(python: string, shape: string): Promise<string> {
  const folder = join("data", "bench", "peers", shape);
  const path: string = join(folder, "model.onnx");
  const isMade = await Deno.stat(path).catch(() => undefined) !== undefined;
  if (!isMade) await callPython(python, [SCRIPT, "make", shape, folder]);
  return path;
}

/** Starts PyTorch on a shape; it waits for the name of a way for each step. */
export function startPeer(
  python: string,
  shape: string,
  batch: number,
  threads: number,
): Promise<PythonPeer<PeerStart>> {
  return startPython(python, [SCRIPT, "step", shape, `${batch}`, `${threads}`], threads);
}
