/** Waits until something is so, and looks at regular intervals. @throws {Error} after 90 seconds */
export async function until(what: string, isSo: () => Promise<boolean>, pause = 200): Promise<void> {
  for (let waited = 0; waited < 90_000; waited += pause) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Error(`waited in vain for ${what}`);
}
