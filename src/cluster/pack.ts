/** What is known of a run that is packed. */
export interface Packable {
  /** Its estimated time. */
  readonly seconds: number;
  /** Runs of the same key share a compiled step. */
  readonly shareKey: string;
}

/** How tasks are made. */
export interface PackLimits {
  /** The number of tasks that run at the same time. */
  readonly slots: number;
  /** The seconds of a task of several runs. */
  readonly most: number;
}

/** The runs of a task, in their order. */
export interface PackedTask<Run> {
  readonly runs: readonly Run[];
  readonly seconds: number;
}

/** Tasks in the order in which a scheduler starts them. */
export interface Packed<Run> {
  readonly tasks: readonly PackedTask<Run>[];
  /** From the start of the first to the end of the last: the makespan. */
  readonly seconds: number;
}

/** What one of the tasks that run at the same time executes, one after the other. */
interface Slot<Run> {
  seconds: number;
  readonly runs: Run[];
}

/**
 * Packs runs into tasks: first onto the slots, the longest run first, each to the slot that has least to do (Graham 1969, LPT), but to the
 * one that has a run of the same compiled step where that does not make it later than the others. Then each slot's runs are cut into
 * tasks. A scheduler that starts tasks in their order, whenever a slot is free, follows these slots.
 *
 * The makespan is at most `max(total / slots, longest run)` and the last run that was put onto a slot.
 */
export function pack<Run extends Packable>(
  runs: readonly Run[],
  { slots: count, most }: PackLimits,
): Packed<Run> {
  const inKeyOrder = [...Map.groupBy(runs, ({ shareKey }) => shareKey).values()].flat();
  const longestFirst = inKeyOrder.toSorted((a, b) => b.seconds - a.seconds);
  const slots = Array.from(
    { length: Math.min(count, runs.length) },
    (): Slot<Run> => ({ seconds: 0, runs: [] }),
  );
  const total = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  const least = Math.max(total / count, longestFirst[0]?.seconds ?? 0);
  const sharing = new Map<string, Slot<Run>>();
  for (const run of longestFirst) {
    const before = sharing.get(run.shareKey);
    const slot = before !== undefined && before.seconds + run.seconds <= least ? before : leastBusy(slots);
    slot.seconds += run.seconds;
    slot.runs.push(run);
    sharing.set(run.shareKey, slot);
  }
  const started = slots.flatMap((slot) => tasksOf(slot.runs, most));
  return {
    tasks: started.toSorted((a, b) => a.start - b.start || b.seconds - a.seconds)
      .map(({ runs, seconds }) => ({ runs, seconds })),
    seconds: slots.reduce((longest, { seconds }) => Math.max(longest, seconds), 0),
  };
}

function leastBusy<Run>(slots: readonly Slot<Run>[]): Slot<Run> {
  return slots.reduce((least, slot) => slot.seconds < least.seconds ? slot : least);
}

/** The tasks of a slot, with their start in seconds; runs that share a compiled step follow each other. */
function tasksOf<Run extends Packable>(
  runs: readonly Run[],
  most: number,
): (PackedTask<Run> & { readonly start: number })[] {
  const tasks: { start: number; seconds: number; readonly runs: Run[] }[] = [];
  let start = 0;
  for (const run of [...Map.groupBy(runs, ({ shareKey }) => shareKey).values()].flat()) {
    const last = tasks.at(-1);
    if (last === undefined || last.seconds + run.seconds > most) {
      tasks.push({ start, seconds: run.seconds, runs: [run] });
    } else {
      last.seconds += run.seconds;
      last.runs.push(run);
    }
    start += run.seconds;
  }
  return tasks;
}
