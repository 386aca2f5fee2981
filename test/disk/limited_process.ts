/**
 * Replaces a file after the limit of file sizes has been set below its new size, and prints the error.
 *
 *   deno run limited_process.ts PATH
 */
import { onDisk } from "../../src/disk/on_disk.ts";
import { writeWhole } from "../../src/disk/write_whole.ts";
import { processIo } from "../../src/terminal/process_io.ts";

const path = Deno.args[0]!;
const io = processIo();
await new Deno.Command("prlimit", { args: ["--pid", `${Deno.pid}`, "--fsize=20480"] }).output();
await onDisk(path, () => writeWhole(path, new Uint8Array(2 ** 16))).catch((error) => io.print(error.message));
io.exit(0);
