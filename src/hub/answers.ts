/** How long an answer is waited for, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Asks whether a hub answers, whatever it says; nothing is sent but the question, and no redirect is followed.
 *
 * @param address of the hub, without a slash at its end
 * @returns the time that it took, in milliseconds
 * @throws {Error} where it cannot be reached
 */
export async function answers(address: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${address}/api/models?limit=1`, {
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  await response.body?.cancel();
  return performance.now() - start;
}
