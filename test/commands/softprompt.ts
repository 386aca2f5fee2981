import { join } from "@std/path";
import { MINI, ROOT } from "../shared.ts";

/** What a call of the command line came to. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ARGUMENTS = ["run", "--allow-all", "--quiet", "src/main.ts"];

/** Starts the command line as a user would, from the project's folder. */
export function start(args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...ARGUMENTS, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Calls the command line and waits for its end. */
export async function call(args: readonly string[], env: Record<string, string> = {}): Promise<Called> {
  const { code, stdout, stderr } = await start(args, env).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
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

/** Writes a small experiment on reviews-demo into a folder and gives its path. */
export async function writeExperiment(
  folder: string,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const path: string = join(folder, "experiment.yaml");
  const experiment = {
    name: "small",
    model: { source: MINI },
    dataset: { name: "reviews-demo", path: join(ROOT, "data/reviews-demo"), shots: 16 },
    prompt: { kind: "soft", length: 4, template: "{prompt} {text} it was {mask} ." },
    verbalizer: { negative: ["bad"], positive: ["good"] },
    training: { batchSize: 8, epochs: 3, logEvery: 2 },
    evaluation: { samples: [{ text: "a joy | from start to end .", label: "positive" }] },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(path, JSON.stringify(experiment, null, 1));
  return path;
}

/** The lines of a .jsonl file. */
export async function readLines(path: string): Promise<Record<string, unknown>[]> {
  const text = await Deno.readTextFile(path);
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}
