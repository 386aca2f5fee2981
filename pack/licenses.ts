import { join } from "@std/path";
import type { Metafile } from "esbuild";
import { packageOf } from "./kept_packages.ts";

/** The licenses of the packages that have become part of bundles, as one text. @param root what the bundles' paths are relative to */
export async function licensesOf(bundles: readonly Metafile[], root: string): Promise<string> {
  const folders = new Map<string, string>();
  for (const path of bundles.flatMap(({ inputs }) => Object.keys(inputs))) {
    const [, modules, inner] = /^(.*node_modules\/)(.*)$/.exec(path) ?? [];
    if (modules === undefined || inner === undefined) continue;
    const name = packageOf(inner);
    const folder = join(root, modules, name);
    const { version, license = "" } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
    folders.set(`${name} ${version} (${typeof license === "string" ? license : license.type})`, folder);
  }
  const parts: string[] = [];
  for (const [title, folder] of [...folders].sort(([a], [b]) => a < b ? -1 : 1)) {
    parts.push(`${title}\n\n${await licenseIn(folder)}`);
  }
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

async function licenseIn(folder: string): Promise<string> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && /^(?:licen[cs]e|copying)/i.test(name)) {
      return (await Deno.readTextFile(join(folder, name))).trim() + "\n";
    }
  }
  return "";
}
