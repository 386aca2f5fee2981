/** The seconds that the tests of a file take, by its path from the project's folder. */
export type Timings = Readonly<Record<string, number>>;

/** The seconds of a file of which no time is written down, as it takes less than two: a mean. */
const UNMEASURED = 0.4;

/** The seconds of a group, at most. A longer one saves little, as its first files load and compile most of what the others need. */
const LONGEST = 100;

/** The least number of groups for each that is run at a time, as they take unequal times. */
const GROUPS_A_JOB = 3;

/**
 * Puts test files into groups that share a process's modules: neighbors import much the same, and loading it takes longer than most tests.
 *
 * @param files paths from the project's folder
 * @param jobs groups that are run at a time
 * @returns every file once, neighbors together; the group that takes the longest first
 */
export function groupTests(
  files: readonly string[],
  timings: Timings,
  jobs: number,
): readonly (readonly string[])[] {
  const secondsOf = (group: readonly string[]) =>
    group.reduce((sum, file) => sum + (timings[file] ?? UNMEASURED), 0);
  const limit = Math.min(LONGEST, secondsOf(files) / (jobs * GROUPS_A_JOB));
  const groups: string[][] = [];
  for (const file of [...files].sort()) {
    const last = groups.at(-1);
    if (last !== undefined && secondsOf([...last, file]) <= limit) last.push(file);
    else groups.push([file]);
  }
  return groups.sort((a, b) => secondsOf(b) - secondsOf(a));
}

/** The files of which no time is written down, as they take less than two seconds. */
export function quickTests(files: readonly string[], timings: Timings): readonly string[] {
  return files.filter((file) => timings[file] === undefined);
}
