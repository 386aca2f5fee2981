/** Where a system has the clock of a thread's processor time: the library, and the clock's number (POSIX `clock_gettime`). */
const CLOCKS: Readonly<
  Partial<Record<typeof Deno.build.os, { readonly library: string; readonly id: number }>>
> = {
  linux: { library: "libc.so.6", id: 3 },
  darwin: { library: "libSystem.dylib", id: 16 },
};

/**
 * A clock of the processor time that the calling thread has had, in milliseconds: it stands still while the thread waits, and
 * while others, such as those of a software adapter, compute.
 *
 * @throws {Error} on systems without such a clock
 */
export function threadClock(): () => number {
  const clock = CLOCKS[Deno.build.os];
  if (clock === undefined) throw new Error(`there is no clock of a thread's time on ${Deno.build.os}`);
  const { symbols } = Deno.dlopen(clock.library, {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  });
  const time = new BigInt64Array(2);
  return () => {
    symbols.clock_gettime(clock.id, time);
    return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
  };
}
