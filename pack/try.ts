// deno-lint-ignore-file no-console
/**
 * Installs what `deno task pack` has written by npm, pnpm and Bun, each in an empty folder, and starts a project with it:
 * `deno task pack:try`. It needs the network: pnpm and Bun come from npm.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { DENO } from "./manifest.ts";
import project from "../deno.json" with { type: "json" };

const TARBALL = fromFileUrl(new URL(`../dist/softprompt-${project.version}.tgz`, import.meta.url));

/** How each installs what a project names, and calls its command. */
const MANAGERS = {
  npm: { install: ["npm", "install", "--no-audit", "--no-fund"], call: ["npx"] },
  pnpm: { install: ["npx", "-y", "pnpm@12.0.0", "install"], call: ["npx", "-y", "pnpm@12.0.0", "exec"] },
  bun: { install: ["npx", "-y", "bun@1.4.5", "install"], call: ["npx", "-y", "bun@1.4.5", "x"] },
} as const;

/** Runs a command in a folder. @throws {Error} with its own words where it fails */
async function called(folder: string, command: readonly string[]): Promise<void> {
  const [name = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(name, { args, cwd: folder }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${text(stdout)}${text(stderr)}`);
}

for (const [manager, { install, call }] of Object.entries(MANAGERS)) {
  const folder = await Deno.makeTempDir();
  try {
    const dependencies = { softprompt: `file:${TARBALL}` };
    await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ dependencies }));
    await called(folder, install);
    await called(folder, [...call, "softprompt", "init", "study"]);
    await called(folder, [...call, "softprompt", "validate", "study/experiments"]);
    console.log(
      `${manager}: softprompt ${project.version} with Deno ${DENO} is installed, and starts a project`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
