/**
 * A program that loads a run whose model is on the hub, first as it is and then with a damaged compile cache, and writes the
 * notices that it got into a file. Its output claims to be a terminal, so that anything meant for one would appear.
 *
 * @module
 */
import { join } from "@std/path";
import process from "node:process";
import { loadRun } from "../../src/mod.ts";

const [run, hub, cache, out] = Deno.args as [string, string, string, string];

Deno.stdout.isTerminal = Deno.stderr.isTerminal = () => true;
process.stdout.isTTY = process.stderr.isTTY = true;

/** Leaves a file in the compile cache that is not what was written. */
async function damage(): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(cache)) {
    if (isDirectory) await Deno.writeTextFile(join(cache, name, "predict.onnx"), "damaged");
  }
}

/** How far a download is. */
interface Download {
  received: number;
  readonly total: number;
  isOver: boolean;
}

const lines: string[] = [];
const downloads: Record<string, Download> = {};
const log = (line: string) => lines.push(line);

// Downloads and compiles, and reports to nobody.
await (await loadRun(run, { cache })).release();
await damage();
// Finds the damage, and reports to nobody.
await (await loadRun(run, { cache })).release();
await damage();
await Deno.remove(hub, { recursive: true });
// Both, and reports it.
const loaded = await loadRun(run, {
  cache,
  log,
  downloads: {
    log,
    download: (name, total) => {
      const one: Download = downloads[name] = { received: 0, total, isOver: false };
      return { progress: (received) => one.received = received, end: () => one.isOver = true };
    },
  },
});
const [answer] = await loaded.classify(["a joy from start to end ."]);
await loaded.release();
const told = lines.splice(0);
await Deno.remove(hub, { recursive: true });
// Lines alone.
await (await loadRun(run, { cache, log })).release();
await Deno.writeTextFile(out, JSON.stringify({ predicted: answer?.predicted, told, lines, downloads }));
