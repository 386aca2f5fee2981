import { join } from "@std/path";
import { ROOT } from "../shared.ts";
import type { Called } from "./softprompt.ts";

/** Calls the command line in a folder of one's own, as a user of another project would. */
export async function callIn(cwd: string, ...args: string[]): Promise<Called> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", join(ROOT, "src/main.ts"), ...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
