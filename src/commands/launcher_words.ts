import { join } from "@std/path";
import { ALONE, IS_CHECKOUT } from "../base/called_as.ts";
import { PROGRAM_FOLDER } from "../disk/program_folder.ts";

/** The words that call this program on a machine that sees the same files. */
export function launcherWords(): string[] {
  const launcher: string = join(PROGRAM_FOLDER, IS_CHECKOUT ? "src/launch.ts" : "dist/deno/launch.js");
  return [Deno.execPath(), "run", "--quiet", "--allow-all", ...ALONE, launcher];
}
