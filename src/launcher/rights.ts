import type { Verbs } from "../verbs/command_line.ts";

/** The name of a verb on the command line. */
export type Verb = keyof Verbs;

/** What a verb may do besides reading the files that its command line and these files name. */
export interface Rights {
  /** The flags, or the argument, that name what it may write: folders with what is in them, or a file; that of a cluster names the results folder. */
  readonly writes: readonly (
    | "--results"
    | "--cluster"
    | "--out"
    | "--to"
    | "--baselines"
    | "--junit"
    | "--report-to"
    | "--export"
    | "--into"
    | "<dir>"
    | "[folder]"
  )[];
  /** Whether it may download from the hub into the hub's cache. */
  readonly downloads: boolean;
  /** Whether it may run ONNX Runtime's native library: always, never, or with runs whose answers are generated. */
  readonly native: boolean | "generated texts";
  /** Whether it may ask the hub something, and read the names in its cache, without a token. */
  readonly asksHub?: boolean;
  /** Whether it may ask how full disks are. */
  readonly measuresDisks?: boolean;
  /** Whether it may report runs to the server that the command line and the environment name. */
  readonly reports?: boolean;
  /** Whether it may start the scheduler's program that its command line leads to. */
  readonly starts?: boolean;
  /** Where it may listen: at `--host` and `--port`, at `--port` of this computer alone, or nowhere. */
  readonly listens: "--host" | "loopback" | false;
}

const READING: Rights = { writes: [], downloads: false, native: false, listens: false };
const RUNNING: Rights = { ...READING, writes: ["--results"], downloads: true, native: true };

/** The rights of each verb. */
export const RIGHTS: Readonly<Record<Verb, Rights>> = {
  run: { ...RUNNING, writes: ["--results", "--report-to"], reports: true, measuresDisks: true },
  batch: { ...RUNNING, writes: ["--results", "--report-to"], reports: true, measuresDisks: true },
  submit: { ...READING, writes: ["--cluster"], downloads: true, starts: true },
  predict: RUNNING,
  export: { ...RUNNING, writes: ["--out"] },
  compile: { ...READING, writes: ["--out"], downloads: true },
  serve: { ...READING, writes: ["--results"], downloads: true, native: "generated texts", listens: "--host" },
  validate: { ...READING, downloads: true },
  diff: { ...READING, writes: ["--junit"] },
  baseline: { ...READING, writes: ["--baselines"] },
  list: READING,
  status: READING,
  show: READING,
  view: { ...READING, writes: ["[folder]", "--baselines", "--export"], listens: "loopback" },
  clean: { ...READING, writes: ["--results"] },
  merge: { ...READING, writes: ["--into"] },
  report: { ...READING, writes: ["--out"] },
  data: { ...READING, writes: ["--to"] },
  init: { ...READING, writes: ["<dir>"] },
  schema: READING,
  doctor: { ...READING, native: true, asksHub: true, measuresDisks: true },
  completions: READING,
};

/** The rows of the table in SECURITY.md: verb, what it writes, network, native code. */
export function rightsTable(): string[][] {
  return Object.entries(RIGHTS).map((
    [verb, { writes, downloads, native, asksHub, reports, starts, listens }],
  ) => [
    `\`${verb}\``,
    [...writes.map((flag) => `\`${flag}\``), ...(downloads ? ["the hub's cache"] : [])].join(", ") ||
    "nothing",
    [
      ...(downloads ? ["the hub"] : verb === "data" ? ["the dataset's home"] : []),
      ...(asksHub ? ["asks the hub"] : []),
      ...(reports ? ["`--report-to mlflow`"] : []),
      ...(listens === "--host" ? ["listens at `--host`, `--port`"] : []),
      ...(listens === "loopback" ? ["listens on loopback at `--port`"] : []),
    ].join("; ") || "none",
    native === "generated texts"
      ? "ONNX Runtime, for generated texts"
      : native
      ? "ONNX Runtime"
      : starts
      ? "`sbatch` or `kubectl`"
      : "none",
  ]);
}
