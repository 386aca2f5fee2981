/**
 * The milliseconds of each call of each function, called in turn, some calls each: the first of them does not count, as the threads of
 * the one before it still wait for work.
 *
 * @param rounds how many calls of each count
 */
export async function timeInTurn(
  rounds: number,
  functions: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  const each = Math.min(5, rounds);
  for (let round = 0; round < rounds; round += each) {
    for (const [name, call] of Object.entries(functions)) {
      for (let i = -1; i < each; i++) {
        const start = performance.now();
        await call();
        if (i >= 0) (times[name] ??= []).push(performance.now() - start);
      }
    }
  }
  return times;
}
