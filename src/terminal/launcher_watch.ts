/** How often it is asked whether the launcher is there, in milliseconds. */
const PERIOD = 500;

/** A killed program's exit code: 128 and SIGKILL's number. */
const KILLED = 137;

/** Ends this program when its launcher has been killed: nobody could stop it any longer, and it would keep its runs locked. */
export function endWithLauncher(): void {
  const launcher = Deno.ppid;
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== launcher) Deno.exit(KILLED);
  }, PERIOD));
}
