/**
 * Reports promises that reject while nothing awaits them, in place of the end of the program and of the runs in it. It is the last
 * resort: what starts several things awaits all of them.
 *
 * @param log takes a line for each
 */
export function reportUnawaited(log: (line: string) => void): Disposable {
  const report = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    const { reason } = event;
    log(`warning: work that nothing waited for failed: ${reason instanceof Error ? reason.message : reason}`);
  };
  globalThis.addEventListener("unhandledrejection", report);
  return { [Symbol.dispose]: () => globalThis.removeEventListener("unhandledrejection", report) };
}
