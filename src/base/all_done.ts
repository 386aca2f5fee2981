/**
 * The values of promises, once all of them are settled. Unlike `Promise.all`, it leaves nothing behind that goes on, or fails, after
 * the error was reported.
 *
 * @throws the reason of the first that is rejected, in their order
 */
export async function allDone<Promises extends readonly unknown[] | []>(
  promises: Promises,
): Promise<{ -readonly [Place in keyof Promises]: Awaited<Promises[Place]> }> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
