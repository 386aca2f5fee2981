import { Ajv, type ValidateFunction } from "ajv";
import { dirname, resolve } from "@std/path";
import { ExperimentError, InputError } from "../base/errors.ts";
import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { readLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { ExperimentDocument } from "../experiment/document.ts";
import type { KeyPath } from "../experiment/key_path.ts";
import { schemaProblems } from "../experiment/schema_problems.ts";
import type { WrittenKind } from "../experiment/schema_part.ts";
import { OWN_SCHEMA } from "../schema/own_schema.ts";
import { type ClusterFile, DEFAULTS, type KubernetesKeys } from "./cluster_keys.ts";
import schema from "./cluster_schema.json" with { type: "json" };

/** A cluster as its file describes it, with every default written out. */
export interface Cluster extends ClusterFile {
  /** The folder of all results, as an absolute path. */
  readonly results: string;
  readonly resources: NonNullable<ClusterFile["resources"]>;
  readonly retries: number;
  readonly setup: readonly string[];
  /** What only Kubernetes needs, where that is the engine. */
  readonly kubernetes?: KubernetesKeys & Required<Pick<KubernetesKeys, "gpuResource">>;
}

/** The file of a cluster. */
const CLUSTER: WrittenKind = { name: "cluster", schema };

let validator: ValidateFunction<ClusterFile> | undefined;

/**
 * Reads the file of a cluster.
 *
 * @throws {ExperimentError} with all problems in it, each with its line and column
 * @throws {InputError} where there is no such file
 */
export async function readClusterFile(file: string): Promise<Cluster> {
  const bytes = await readLimited(file, SHORT_LIMIT).catch((error) => {
    throw isAbsent(error)
      ? new InputError(`there is no file ${file}: --cluster names a cluster.yaml`)
      : error;
  });
  return parseCluster(decodeText(bytes, file, SAVE_AS_UTF8), file);
}

/** The cluster that a text describes. @param file its path: the results folder is relative to it */
export function parseCluster(text: string, file: string): Cluster {
  const document = new ExperimentDocument(text, file, CLUSTER);
  const place = (path: KeyPath, onKey?: boolean) => document.place(path, onKey);
  validator ??= new Ajv({ ...OWN_SCHEMA, allErrors: true, formats: { path: true } }).compile<ClusterFile>(
    schema,
  );
  const { content } = document;
  if (!validator(content)) {
    throw new ExperimentError(file, schemaProblems(validator.errors, content, place, CLUSTER));
  }
  const problems = ruleViolations(content).map(({ path, message }) => ({ ...place(path, true), message }));
  if (problems.length > 0) throw new ExperimentError(file, problems);
  const { kubernetes, ...keys } = content;
  return {
    resources: {},
    setup: [],
    ...DEFAULTS.cluster,
    ...keys,
    results: resolve(dirname(file), keys.results),
    ...(kubernetes && { kubernetes: { ...DEFAULTS.kubernetes, ...kubernetes } }),
  };
}

/** The minutes of a time such as `90m`, `2h` or `1d`. */
export function minutesOf(time: string): number {
  const unit = { m: 1, h: 60, d: 24 * 60 }[time.at(-1) ?? ""];
  if (unit === undefined) throw new TypeError(`${time} has no unit`);
  return Number(time.slice(0, -1)) * unit;
}

/** What is wrong with keys that must go together. */
function ruleViolations(
  { engine, tasks, resources: { time, partition } = {}, kubernetes }: ClusterFile,
): { readonly path: KeyPath; readonly message: string }[] {
  const problems: { readonly path: KeyPath; readonly message: string }[] = [];
  if (engine === "kubernetes" && kubernetes === undefined) {
    problems.push({
      path: ["engine"],
      message: "with 'engine: kubernetes' there must be 'kubernetes', with 'image' and 'claim'",
    });
  }
  if (engine === "kubernetes" && partition !== undefined) {
    problems.push({
      path: ["resources", "partition"],
      message: "Kubernetes has no partitions: leave 'resources.partition' out",
    });
  }
  if (time !== undefined && tasks.minutes > minutesOf(time)) {
    problems.push({
      path: ["tasks", "minutes"],
      message:
        `tasks of ${tasks.minutes} minutes would be cut short by their time limit ('resources.time': ${time}): make 'tasks.minutes' less`,
    });
  }
  return problems;
}
