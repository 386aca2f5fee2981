import { dirname, join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import type { Environment } from "./run_files.ts";

export type { Environment } from "./run_files.ts";

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
