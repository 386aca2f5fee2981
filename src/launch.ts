/**
 * What the tasks call: it starts `main.ts` with the permissions that the command line needs.
 *
 * @module
 */
import { launch } from "./launcher/launch.ts";
import { processIo } from "./terminal/process_io.ts";

Deno.exit(await launch(Deno.args, processIo()));
