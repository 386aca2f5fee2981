import { parseArgs } from "node:util";

/** What the suite is asked for. */
export interface SuiteArguments {
  /** Whether files that take long are left out. */
  readonly isQuick: boolean;
  /** Files and folders with tests, as they were given; none where none was given. */
  readonly paths: readonly string[];
  /** Files and folders that are left out, as they were given. */
  readonly ignored: readonly string[];
  /** What else `deno test` is given. */
  readonly options: readonly string[];
}

/** Parses arguments of `deno test`, and `--quick`. */
export function parseSuiteArguments(args: readonly string[]): SuiteArguments {
  const text = { type: "string" } as const;
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    // Those with a value that may be an argument of its own, and those that the suite reads.
    options: {
      filter: text,
      reporter: text,
      ignore: text,
      quick: { type: "boolean" },
    },
  });
  const given = tokens.filter((token) => token.kind === "option");
  return {
    isQuick: given.some(({ name }) => name === "quick"),
    paths: tokens.flatMap((token) => token.kind === "positional" ? [token.value] : []),
    ignored: given.flatMap(({ name, value }) => name === "ignore" ? String(value).split(",") : []),
    options: given.flatMap(({ name, rawName, value }) =>
      name === "quick" ? [] : [value === undefined ? rawName : `${rawName}=${value}`]
    ),
  };
}
