import { DENO, manifest } from "../../pack/manifest.ts";
import type { Published } from "./registry.ts";

/** This system, as Node names it. */
export const SYSTEM = `${Deno.build.os === "windows" ? "win32" : Deno.build.os}/${
  Deno.build.arch === "x86_64" ? "x64" : "arm64"
}`;

/** The name of the package that has Deno for this system. */
export const DENO_PACKAGE: string =
  Object.keys(manifest().optionalDependencies).find((name) =>
    name.startsWith(`@deno/${SYSTEM.replace("/", "-")}`)
  ) ??
    "";

/** Deno's program in its package. */
const PROGRAM = Deno.build.os === "windows" ? "deno.exe" : "deno";

/** The packages that have Deno, one for each system: that for this one has the Deno that runs the test, others are empty. */
export function denoPackages(): Published[] {
  return Object.keys(manifest().optionalDependencies).map((name) => {
    const [, os = "", cpu = "", libc] = /^@deno\/(\w+)-(\w+)(?:-(\w+))?$/.exec(name) ?? [];
    const isHere = `${os}/${cpu}` === SYSTEM;
    const about = { name, version: DENO, os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
    return { manifest: about, files: isHere ? { [PROGRAM]: Deno.execPath() } : {} };
  });
}
