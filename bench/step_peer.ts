import { join } from "@std/path";
import { TextLineStream } from "@std/streams/text-line-stream";

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

/** PyTorch in a process of its own. */
export interface Peer {
  readonly start: PeerStart;
  /** Takes a step. @returns its milliseconds, and those of its processors */
  step(way: Way): Promise<readonly [number, number]>;
  end(): Promise<void>;
}

/** The exported file of a shape with random weights, made once. */
export async function peerModel(python: string, shape: string): Promise<string> {
  const folder = join("data", "bench", "peers", shape);
  const path: string = join(folder, "model.onnx");
  if (await Deno.stat(path).catch(() => undefined) !== undefined) return path;
  const { code, stderr } = await new Deno.Command(python, { args: [SCRIPT, "make", shape, folder] }).output();
  if (code !== 0) {
    throw new Error(`${python} ${SCRIPT} make ${shape} failed:\n${new TextDecoder().decode(stderr)}`);
  }
  return path;
}

/** Starts PyTorch on a shape; it waits for each step. */
export async function startPeer(
  python: string,
  shape: string,
  batch: number,
  threads: number,
): Promise<Peer> {
  const child = new Deno.Command(python, {
    args: [SCRIPT, "step", shape, `${batch}`, `${threads}`],
    env: { OMP_NUM_THREADS: `${threads}` },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const line = async (): Promise<string> => {
    const { value } = await lines.read();
    if (typeof value !== "string") throw new Error(`${python} ${SCRIPT} step ${shape} ended`);
    return value;
  };
  const writer = child.stdin.getWriter();
  const start: PeerStart = JSON.parse(await line());
  return {
    start,
    step: async (way) => {
      await writer.write(new TextEncoder().encode(`${way}\n`));
      const [seconds, processor]: [number, number] = JSON.parse(await line());
      return [1000 * seconds, 1000 * processor];
    },
    end: async () => {
      await writer.close();
      await child.status;
    },
  };
}
