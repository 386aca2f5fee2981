import { TextLineStream } from "@std/streams/text-line-stream";

/** A Python program that takes steps in a process of its own. */
export interface PythonPeer<Start> {
  /** What it printed first. */
  readonly start: Start;
  /** Takes a step. @param line what it reads @returns its seconds, by the clock and of the processor */
  step(line: string): Promise<readonly [number, number]>;
  end(): Promise<void>;
}

/** Runs a script to its end. */
export async function callPython(python: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(python, { args: [...args] }).output();
  if (code !== 0) throw new Error(`${python} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
}

/**
 * Starts a script that prints an object as JSON, and then, for each line that it reads, takes a step and prints its seconds and its
 * processor's seconds.
 *
 * @param threads of PyTorch
 */
export async function startPython<Start>(
  python: string,
  args: readonly string[],
  threads: number,
): Promise<PythonPeer<Start>> {
  const child = new Deno.Command(python, {
    args: [...args],
    env: { OMP_NUM_THREADS: `${threads}` },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const read = async () => {
    const { value } = await lines.read();
    if (typeof value !== "string") throw new Error(`${python} ${args.join(" ")} ended`);
    return JSON.parse(value);
  };
  const writer = child.stdin.getWriter();
  return {
    start: await read(),
    step: async (line) => {
      await writer.write(new TextEncoder().encode(`${line}\n`));
      return await read();
    },
    end: async () => {
      await writer.close();
      await child.status;
    },
  };
}
