/** POSIX_FADV_DONTNEED of Linux. */
const DONT_NEED = 4;

/** More descriptors than this program has files. */
const DESCRIPTORS = 256;

/**
 * Drops what the system keeps in memory of this process's open files, on Linux: they are read from the disk next. What is mapped, such as
 * weights, stays.
 */
export function dropPages(): void {
  const { symbols } = Deno.dlopen("libc.so.6", {
    fsync: { parameters: ["i32"], result: "i32" },
    posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
  });
  for (let descriptor = 3; descriptor < DESCRIPTORS; descriptor++) {
    // What has not been written to the disk cannot be dropped. Descriptors of no file refuse both.
    symbols.fsync(descriptor);
    symbols.posix_fadvise(descriptor, 0n, 0n, DONT_NEED);
  }
}
