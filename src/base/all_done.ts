/**
 * The values of promises, once all of them are settled. Unlike with `Promise.all`, no work goes on,
 * or fails, once the error has been reported.
 *
 * @throws the reason of the first that is rejected, in their order
 */
export async function allDone<Promises extends readonly unknown[] | []>(
  promises: Promises,
): Promise<{ -readonly [Place in keyof Promises]: Awaited<Promises[Place]> }> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
