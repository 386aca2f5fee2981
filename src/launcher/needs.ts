import { basename, dirname, isGlob, join, resolve } from "@std/path";
import { dataFoldersAbove, folderToFill } from "../dataset/dataset_folder.ts";
import { LOCKS } from "../disk/lock.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { temporaryPath } from "../disk/write_whole.ts";
import { mlflowHost } from "../trackers/mlflow_server.ts";
import type { Verbs } from "../verbs/command_line.ts";
import { valueAt } from "../experiment/key_path.ts";
import { readJson } from "../disk/read_json.ts";
import { foldersAbove, projectOf } from "../disk/project.ts";
import { isLmEvalFile } from "../foreign/lm_eval.ts";
import type { Verb } from "./rights.ts";
import { runReads } from "./run_reads.ts";
import { checkUsualFolder } from "./usual_folder.ts";

/** What a command line names that the verb reads and writes, each with all that is in it. */
export interface Needs {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Where it listens: host and port. */
  readonly listens?: string;
  /** The server that runs are reported to: host and port. */
  readonly reportsTo?: string;
  /** The program of a cluster that it starts. */
  readonly starts?: "sbatch" | "kubectl";
  /** Whether the answers of the run that it names are generated. */
  readonly areGenerated?: boolean;
}

/**
 * Finds what the verb of a command line needs. Where the verb is handed to the program, `found` is called in its place.
 *
 * @param program the program's own folder, with the data and models that come with it
 * @param granted what the user lets all files and runs name outside their projects; asked of verbs that read files or runs which name
 *   others
 */
export function verbNeeds(
  program: string,
  found: (verb: Verb, needs: Needs) => void,
  granted: () => Promise<readonly string[]> = () => Promise.resolve([]),
): Verbs {
  const reading = (results: string, allowRead: readonly string[], overrides: readonly string[] = []) => ({
    program,
    granted,
    results,
    allowRead,
    overrides,
  });
  const ofRun = async (folder: string, allowRead: readonly string[], results: string[], model?: string) => {
    for (const one of results) await checkUsualFolder(one, "--results");
    return await runReads(folder, [...allowRead, ...await granted(), ...results, program], model);
  };
  return {
    run: async (args, { results, overrides, reportTo }, allowRead) => {
      const { readsOfFiles } = await import("./file_reads.ts");
      const reads = await readsOfFiles(args, reading(results, allowRead, overrides));
      found("run", { reads: [...args, ...reads], ...reported(results, reportTo) });
    },
    batch: async (args, { results, overrides, reportTo, plan }, allowRead) => {
      const { readsOfFound } = await import("./file_reads.ts");
      const reads = await readsOfFound(args, reading(results, allowRead, overrides));
      const plans = plan === undefined ? [] : [plan];
      found("batch", { reads: [...args.map(searched), ...reads, ...plans], ...reported(results, reportTo) });
    },
    submit: async (args, { cluster, dryRun }, allowRead) => {
      const { readClusterFile } = await import("../cluster/cluster_file.ts");
      const { engine, results } = await readClusterFile(cluster);
      const { readsOfFound } = await import("./file_reads.ts");
      const reads = await readsOfFound(args, reading(results, allowRead));
      found("submit", {
        reads: [...args.map(searched), ...reads, cluster],
        writes: [results],
        ...(!dryRun && { starts: engine === "slurm" ? "sbatch" : "kubectl" }),
      });
    },
    validate: async (args, { results, overrides }, allowRead) => {
      const { readsOfFound } = await import("./file_reads.ts");
      const reads = await readsOfFound(args, reading(results, allowRead, overrides));
      found("validate", { reads: [...args.map(searched), ...reads], writes: [] });
    },
    predict: async (run, _texts, { results, model, prompt, file }, allowRead) => {
      const reads = await ofRun(run, allowRead, [results], model);
      const texts = file === undefined || file === "-" ? [] : [file];
      const prompts = prompt === undefined ? [] : [prompt];
      found("predict", { reads: [...reads, ...texts, ...prompts], writes: [results] });
    },
    export: async (run, { out, model }, allowRead) => {
      found("export", { reads: await ofRun(run, allowRead, [], model), writes: [out] });
    },
    serve: async (run, { hard, results, model, host, port }, allowRead) => {
      const reads = await ofRun(run, allowRead, [results], model);
      const listens = `${host.includes(":") ? `[${host}]` : host}:${port}`;
      found("serve", {
        reads: [...reads, ...(hard === undefined ? [] : [hard])],
        writes: [results],
        listens,
        areGenerated: await answersAreGenerated(run),
      });
    },
    compile: ({ model, out }) => {
      found("compile", { reads: [model, program], writes: [out] });
      return Promise.resolve();
    },
    diff: (a, b, { junit }) => {
      found("diff", {
        reads: [...[a, b].flatMap(comparedPaths), program],
        writes: junit === undefined ? [] : [junit, temporaryPath(junit)],
      });
      return Promise.resolve();
    },
    baseline: async (_set, run, { baselines }) => {
      await checkUsualFolder(baselines, "--baselines");
      found("baseline", { reads: [...comparedPaths(run), program], writes: [baselines] });
    },
    list: (folder) => {
      found("list", { reads: [...foundPaths(folder), program], writes: [] });
      return Promise.resolve();
    },
    status: (folder) => {
      found("status", { reads: [...foundPaths(folder), program], writes: [] });
      return Promise.resolve();
    },
    show: async (run) => {
      // Which of what the run names is not in its project is said with the command that runs it again.
      const project = await projectOf(run);
      const reads = [...foundPaths(run), ...(project === undefined ? [] : [project]), program];
      found("show", { reads, writes: [] });
    },
    view: async (folder, { port, export: site, baselines }) => {
      if (site === undefined) {
        await checkUsualFolder(folder, "view");
        await checkUsualFolder(baselines, "--baselines");
      }
      found("view", {
        reads: [...foundPaths(folder), baselines, program],
        ...(site === undefined
          ? { writes: [folder, baselines], listens: `127.0.0.1:${port}` }
          : { writes: [site] }),
      });
    },
    clean: async (args, { results }) => {
      await checkUsualFolder(results, "--results");
      const reads = args.length === 0
        ? []
        : await (await import("./file_reads.ts")).readsOfFound(args, reading(results, []));
      found("clean", {
        reads: [...args.map(searched), ...reads, ...foundPaths(results), program],
        writes: [results],
      });
    },
    merge: (folders, { into }) => {
      found("merge", { reads: [...folders.flatMap(foundPaths), into, program], writes: [into] });
      return Promise.resolve();
    },
    report: (runs, { out }) => {
      found("report", {
        reads: [...runs.flatMap(comparedPaths), program],
        writes: [out, temporaryPath(out)],
      });
      return Promise.resolve();
    },
    init: (folder) => {
      found("init", { reads: [folder, program], writes: [folder] });
      return Promise.resolve();
    },
    schema: () => {
      found("schema", { reads: [program], writes: [] });
      return Promise.resolve();
    },
    doctor: ({ results }) => {
      found("doctor", { reads: [results, program], writes: [] });
      return Promise.resolve();
    },
    completions: () => {
      found("completions", { reads: [program], writes: [] });
      return Promise.resolve();
    },
    data: async (name, { from, to }) => {
      const here = Deno.cwd();
      const folder = to === undefined ? await folderToFill(name, here) : join(to, name);
      const reads = [...dataFoldersAbove(name, here), ...(from === undefined ? [] : [from]), program];
      found("data", { reads, writes: [folder] });
    },
  };
}

/** Where runs are reported to. */
type ReportsTo = Parameters<Verbs["run"]>[1]["reportTo"];

/** What is written of runs that are reported, and the server that they are reported to. */
function reported(results: string, reportTo: ReportsTo): Pick<Needs, "writes" | "reportsTo"> {
  const folders = reportTo.flatMap((one) => one.tracker === "tensorboard" ? one.folder ?? [] : []);
  const isToServer = reportTo.some(({ tracker }) => tracker === "mlflow");
  return {
    writes: [results, ...folders],
    ...(isToServer && { reportsTo: mlflowHost((name) => Deno.env.get(name)) }),
  };
}

/** Whether the answers of a run are generated; what is no such run is refused by the verb. */
async function answersAreGenerated(run: string): Promise<boolean> {
  const metrics = await readJson(join(run, "metrics.json")).catch(() => undefined);
  return valueAt(metrics, ["answers"]) === "texts";
}

/**
 * What is read of a side of a comparison: a summary names runs beside it, the samples and the results of lm-evaluation-harness are beside
 * each other, and a run that was begun again is beside its folder.
 */
function comparedPaths(side: string): string[] {
  return basename(side) === "summary.json" || isLmEvalFile(side)
    ? [dirname(side)]
    : [side, partialPath(resolve(side))];
}

/** What is read of a folder of runs: itself, what was begun in its place, and the locks on both, which are in the folder of all results. */
function foundPaths(folder: string): string[] {
  const path = resolve(folder);
  return [folder, partialPath(path), ...foldersAbove(path).map((above) => join(above, LOCKS))];
}

/** The folder that a pattern is searched in; a file or folder itself. */
function searched(arg: string): string {
  if (!isGlob(arg)) return arg;
  const parts = arg.split("/");
  const fixed = parts.slice(0, parts.findIndex(isGlob));
  return fixed.length === 0 ? "." : fixed.join("/") || "/";
}
