import type { Side } from "./side.ts";

/** When the first and the last of some runs ended, in UTC (RFC 3339). */
export interface Times {
  readonly first: string;
  readonly last: string;
}

/** When a side's runs ended; `null` where they have not recorded it: those of earlier versions. */
export function timesOf({ groups }: Pick<Side, "groups">): Times | null {
  const times = groups.flatMap(({ runs }) => runs.flatMap(({ environment }) => environment.time ?? []));
  const [first, last] = [times.toSorted()[0], times.toSorted().at(-1)];
  return first === undefined || last === undefined ? null : { first, last };
}

/** Times after the name of their side, to the minute; empty where there are none. */
export function timesText(times: Times | null): string {
  if (times === null) return "";
  const [first, last] = [times.first, times.last].map((time) => time.slice(0, 16).replace("T", " "));
  return first === last ? ` (${first} UTC)` : ` (${first} to ${last} UTC)`;
}
