import { dirname, join } from "@std/path";
import type { Timing } from "../device/stopwatch.ts";
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
  readonly git_commit: string | null;
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
  readonly dataset: { readonly name: string; readonly revision?: string; readonly sha256: string };
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
  "softprompt" | "deno" | "v8" | "onnxruntime" | "tokenizers" | "platform" | "git_commit"
>;

/** Versions of what a run depends on, and the commit of the working folder. */
export async function softwareVersions(): Promise<SoftwareVersions> {
  const { imports } = project;
  return {
    softprompt: project.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    onnxruntime: imports["onnxruntime-node"].replace(/^.*@/, ""),
    tokenizers: imports["@huggingface/tokenizers"].replace(/^.*@/, ""),
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    git_commit: await gitCommit(Deno.cwd()),
  };
}

/** The commit that is checked out around a folder, read from git's files; `null` where there is none. */
async function gitCommit(folder: string): Promise<string | null> {
  const read = (...path: string[]) =>
    Deno.readTextFile(join(folder, ".git", ...path)).then((text) => text.trim(), () => undefined);
  const head = await read("HEAD");
  if (head === undefined) {
    const parent: string = dirname(folder);
    return parent === folder ? null : await gitCommit(parent);
  }
  if (!head.startsWith("ref: ")) return head;
  const ref = head.slice(5), packed = await read("packed-refs");
  return await read(ref) ?? packed?.split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0] ??
    null;
}
