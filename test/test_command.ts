import { DENO_V8_FLAGS } from "./v8_flags.ts";

/**
 * `deno test` as the suite calls it: with all permissions, each module with tests on one thread. Types are checked by `deno task check`.
 *
 * @param jobs modules that are tested at a time
 */
export function testCommand(args: readonly string[], jobs: number): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--no-check",
      "--allow-all",
      "--parallel",
      `--preload=${import.meta.resolve("./one_thread.ts")}`,
      ...args,
    ],
    env: { DENO_JOBS: String(jobs), DENO_V8_FLAGS },
    stdout: "inherit",
    stderr: "inherit",
  });
}
