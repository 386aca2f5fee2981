import type { Environment } from "./run_files.ts";
import project from "../../deno.json" with { type: "json" };

export type { Environment } from "./run_files.ts";

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
