import { reportUnawaited } from "./base/unawaited.ts";
import { main } from "./cli.ts";
import { nameRuntimeFolder } from "./device/runtime_folder.ts";
import { processIo } from "./terminal/process_io.ts";

nameRuntimeFolder();
const io = processIo();
reportUnawaited(io.log);
Deno.exit(await main(Deno.args, io));
