/**
 * Writes the modules of types, and of checks, that are made of the project's JSON Schemas: a part of `deno task keys`.
 *
 * @module
 */
import { experimentChecks } from "./experiment/make_checks.ts";
import { EXPERIMENT_SCHEMA } from "./experiment/schema_part.ts";
import artifacts from "./artifacts/artifacts_manifest.json" with { type: "json" };
import cluster from "./cluster/cluster_schema.json" with { type: "json" };
import planFiles from "./cluster/plan_files.json" with { type: "json" };
import runFiles from "./results/run_files.json" with { type: "json" };
import trainingFiles from "./training/training_files.json" with { type: "json" };
import { schemaChecks } from "./schema/schema_checks.ts";
import { schemaTypes } from "./schema/schema_types.ts";

/** The modules that are made, by their paths. */
export function generatedModules(): Record<string, string> {
  return {
    "src/experiment/experiment_file.ts": schemaTypes(EXPERIMENT_SCHEMA, {
      schema: "schema.json",
      root: "ExperimentFile",
      suffix: "Keys",
    }),
    "src/results/run_files.ts": schemaTypes(runFiles, {
      schema: "run_files.json",
      definitions: "RunFileTypes",
    }),
    "src/training/training_files.ts": schemaTypes(trainingFiles, {
      schema: "training_files.json",
      definitions: "TrainingFileTypes",
    }),
    "src/artifacts/artifacts_manifest.ts": schemaTypes(artifacts, {
      schema: "artifacts_manifest.json",
      definitions: "ArtifactsTypes",
    }),
    "src/cluster/cluster_keys.ts": schemaTypes(cluster, {
      schema: "cluster_schema.json",
      root: "ClusterFile",
      suffix: "Keys",
    }),
    "src/cluster/plan_files.ts": schemaTypes(planFiles, {
      schema: "plan_files.json",
      definitions: "PlanFileTypes",
    }),
    "src/experiment/experiment_checks.js": experimentChecks(),
    "src/results/run_file_checks.js": schemaChecks(runFiles, {
      schema: "run_files.json",
      types: "./run_file_checks.d.ts",
    }),
    "src/training/training_file_checks.js": schemaChecks(trainingFiles, {
      schema: "training_files.json",
      types: "./training_file_checks.d.ts",
    }),
    "src/artifacts/manifest_checks.js": schemaChecks(artifacts, {
      schema: "artifacts_manifest.json",
      types: "./manifest_checks.d.ts",
    }),
    "src/cluster/plan_file_checks.js": schemaChecks(planFiles, {
      schema: "plan_files.json",
      types: "./plan_file_checks.d.ts",
    }),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedModules())) await Deno.writeTextFile(path, text);
}
