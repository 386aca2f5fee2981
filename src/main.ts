import { main } from "./cli.ts";
import { nameRuntimeFolder } from "./device/runtime_folder.ts";
import { processIo } from "./terminal/process_io.ts";

nameRuntimeFolder();
Deno.exit(await main(Deno.args, processIo()));
