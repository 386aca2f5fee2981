import type { HostTime } from "./host_time.ts";

/** Makes Mesa's drivers compute nothing: what a step takes is then the host's own time. Other drivers do not read it. */
const COMPUTES_NOTHING = { GALLIUM_NOOP: "1" };

/**
 * Runs a module in a process whose GPU driver computes nothing, where that is one of Mesa's.
 *
 * @param module its path
 * @returns what it prints, as JSON: the host's time of each kind of step
 * @throws {Error} where it fails
 */
export async function hostProcess(
  module: string,
  args: readonly string[],
): Promise<Readonly<Record<string, HostTime>>> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      "--allow-ffi",
      module,
      ...args,
    ],
    env: COMPUTES_NOTHING,
    stderr: "inherit",
    stdout: "piped",
  }).output();
  if (code !== 0) throw new Error(`${module} ${args.join(" ")} ended with the exit code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
