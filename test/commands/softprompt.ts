import { join } from "@std/path";
import { main } from "../../src/cli.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { ROOT } from "../shared.ts";
import { writeSmallModel } from "./small_model.ts";

/** How a call of the command line ended. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls the command line in this process. @param input the content of standard input */
export async function call(args: readonly string[], input?: string): Promise<Called> {
  const io = new RecordingIo(input);
  const code = await main(args, io);
  return { code, stdout: io.stdout, stderr: io.stderr };
}

/** Waits until something is so, or a call or a process has ended. @returns whether it has ended before */
export async function endsBefore(
  ended: Promise<unknown>,
  isSo: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const isOver = ended.then(() => true);
  while (!await isSo()) {
    const later = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1));
    if (await Promise.race([isOver, later])) return true;
  }
  return false;
}

/** Calls the command line in this process, and presses Ctrl-C once there is a file. */
export async function callInterrupted(args: readonly string[], path: string): Promise<Called> {
  const io = new RecordingIo();
  const call = main(args, io);
  await endsBefore(call, () => exists(path));
  io.interrupt();
  return { code: await call, stdout: io.stdout, stderr: io.stderr };
}

const ARGUMENTS = ["run", "--allow-all", "--quiet", "--preload=test/one_thread.ts", "src/main.ts"];

/** Starts the command line in a process of its own, as a user would, from the project's folder; but for one thread (`one_thread.ts`). */
export function start(args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...ARGUMENTS, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Calls the command line in a process of its own: for what belongs to a process, such as its exit code and its environment.
 *
 * @param input the content of standard input
 */
export async function callProcess(
  args: readonly string[],
  env: Record<string, string> = {},
  input = "",
): Promise<Called> {
  const child = start(args, env);
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    new Blob([input]).stream().pipeTo(child.stdin),
  ]);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Whether there is a file or a folder. */
export function exists(...path: string[]): Promise<boolean> {
  return Deno.stat(join(...path)).then(() => true, () => false);
}

/** A folder for the test, removed after it. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Writes a small experiment on reviews-demo into a folder, on a small model that is written there, too.
 *
 * @returns the experiment's path
 */
export async function writeExperiment(
  folder: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const path: string = join(folder, "experiment.yaml");
  const model: string = join(folder, "model");
  const experiment = {
    name: "small",
    model: { source: model },
    dataset: { name: "reviews-demo", path: join(ROOT, "data/reviews-demo"), shots: 16 },
    prompt: { kind: "soft", length: 4, template: "{prompt} {text} it was {mask} ." },
    verbalizer: { negative: ["bad"], positive: ["good"] },
    training: { batchSize: 8, epochs: 3, logEvery: 2 },
    evaluation: { samples: [{ text: "a joy | from start to end .", label: "positive" }] },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(path, JSON.stringify(experiment, null, 1));
  if (!("model" in changes)) await writeSmallModel(model);
  return path;
}

/** The lines of a .jsonl file. */
export async function readLines(path: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(path);
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}
