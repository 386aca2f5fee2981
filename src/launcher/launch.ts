import { CommanderError } from "commander";
import { fromFileUrl } from "@std/path";
import { ALONE } from "../base/called_as.ts";
import { InputError } from "../base/errors.ts";
import { PROGRAM_FOLDER } from "../disk/program_folder.ts";
import { commandIo } from "../terminal/command_io.ts";
import type { Io } from "../terminal/io.ts";
import { forbidden } from "../terminal/forbidden.ts";
import { wrongPath } from "../terminal/wrong_path.ts";
import { styleFor } from "../terminal/style.ts";
import { commandLine } from "../verbs/command_line.ts";
import { downloadNotice, packages } from "./native_library.ts";
import { type Needs, verbNeeds } from "./needs.ts";
import { permissionFlags } from "./permissions.ts";
import { isNative, permissionsOf } from "./permissions_of.ts";
import type { Verb } from "./rights.ts";
import { supervise } from "./supervise.ts";
import { userSettings } from "./user_settings.ts";

/** The program. */
const PROGRAM = fromFileUrl(new URL("../main.ts", import.meta.url));

/**
 * Runs a command line in a process that may do what the verb needs, and no more.
 *
 * @param args the verb, its arguments and flags
 * @returns the exit code
 */
export async function launch(args: readonly string[], given: Io): Promise<number> {
  const io = await commandIo(given, { showsProgress: false });
  let flags: string[] = [];
  const found = (verb: Verb, needs: Needs) => {
    const installed = packages();
    flags = permissionFlags(permissionsOf(verb, needs, installed));
    const notice = isNative(verb, needs) ? downloadNotice(installed) : undefined;
    if (notice !== undefined) io.log(notice);
  };
  try {
    const verbs = verbNeeds(PROGRAM_FOLDER, found, async () => (await userSettings()).allowRead);
    await commandLine(verbs, io).parseAsync([...args], { from: "user" });
  } catch (error) {
    // Commander has printed its help, or the error in a flag.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const path = wrongPath(error) ?? forbidden(error);
    const isWrongUse = error instanceof InputError || path !== undefined;
    const message = path ?? (error instanceof Error ? error.message : String(error));
    const word = styleFor(io.hasColors.stderr)("red", "error");
    io.log(`${word}: ${isWrongUse ? "" : "unexpected: "}${message}`);
    return isWrongUse ? 2 : 1;
  }
  // A terminal shows one bar for all downloads; elsewhere there would be a line for each package.
  const quiet = io.terminal === undefined ? ["--quiet"] : [];
  return await supervise(["run", ...ALONE, ...quiet, ...flags, PROGRAM, ...args], io);
}
