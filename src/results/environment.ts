import type { Timing } from "../device/stopwatch.ts";
import type { GitCommit } from "./git_commit.ts";
import type { OwnFile } from "./own_files.ts";
import project from "../../deno.json" with { type: "json" };

/** `environment.json`: what a run's results depend on beside its experiment, and where its time went. */
export interface Environment {
  readonly format?: string;
  readonly softprompt: string;
  readonly deno: string;
  readonly v8: string;
  readonly onnxruntime: string;
  readonly tokenizers: string;
  readonly platform: string;
  /** The commit that the experiment's file is tracked in; earlier programs wrote that of the working directory. */
  readonly git_commit: GitCommit["git_commit"];
  /** Whether that file differed from the commit when it was run; earlier programs do not say. */
  readonly git_dirty?: GitCommit["git_dirty"];
  readonly device: { readonly kind: string; readonly description: string };
  readonly model: {
    readonly source: string;
    /** The commit, for a model of the hub, … */
    readonly revision?: string;
    /** … else where its folder lies, seen from the run's. */
    readonly folder?: string;
    readonly file: string;
    /** Of that file. */
    readonly sha256: string;
    /** The SHA-256 of every file that answers depend on, by its name within the model's folder; earlier programs wrote none. */
    readonly files?: Readonly<Record<string, string>>;
  };
  readonly dataset: {
    readonly name: string;
    /** The commit, for a dataset of the hub. */
    readonly revision?: string;
    /** Where a dataset that is called by its name lies, seen from the run's folder; earlier programs do not say. */
    readonly folder?: string;
    readonly sha256: string;
  };
  /** The same of data to transfer to, by what the results call them. */
  readonly transfer?: Readonly<Record<string, { readonly folder: string }>>;
  readonly seed: number;
  /** How what was compiled compared with the model's own file, relative to its largest logit; runs of the first programs do not say. */
  readonly self_check?:
    | { readonly difference: number; readonly tolerance: number }
    | { readonly skipped: string };
  readonly seconds?: Timing;
  readonly content_hash: string;
  /** The SHA-256 of the run's own files that answers depend on, by name; earlier programs wrote none. */
  readonly files?: Readonly<Partial<Record<OwnFile, string>>>;
}

/** The versions in `environment.json`. */
export type SoftwareVersions = Pick<
  Environment,
  "softprompt" | "deno" | "v8" | "onnxruntime" | "tokenizers" | "platform"
>;

/** Versions of what a run depends on. */
export function softwareVersions(): SoftwareVersions {
  const { imports } = project;
  return {
    softprompt: project.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    onnxruntime: imports["onnxruntime-node"].replace(/^.*@/, ""),
    tokenizers: imports["@huggingface/tokenizers"].replace(/^.*@/, ""),
    platform: `${Deno.build.os} ${Deno.build.arch}`,
  };
}
