// deno-lint-ignore-file no-console
/**
 * Makes a process, and its workers, keep at most 50 kB of the rows before prompts in memory, and say at its end how often it has read
 * others from a file.
 *
 * @module
 */
import process from "node:process";
import { ScratchFile } from "../../src/disk/scratch_file.ts";
import "../one_thread.ts";

// What other threads allocate between two calls would count, too.
const usage = Deno.memoryUsage();
Deno.memoryUsage = () => usage;
process.constrainedMemory = () => usage.rss + 200_000;

const { read } = ScratchFile.prototype;
let reads = 0;
ScratchFile.prototype.read = function (...given) {
  if (reads++ === 0) console.error("reads from a file");
  return read.apply(this, given);
};

const { Worker } = globalThis;
globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    const program = `import ${JSON.stringify(import.meta.url)}; import ${JSON.stringify(`${url}`)};`;
    super(`data:text/javascript,${encodeURIComponent(program)}`, options);
  }
};
