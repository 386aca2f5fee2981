// deno-lint-ignore-file no-console
import { fromFileUrl, join } from "@std/path";

/** The folder of real data, models and reference numbers that lies beside the project where it is developed. */
const FOLDER: string = fromFileUrl(new URL("../../shared", import.meta.url));

/** The project's own folder. */
export const ROOT: string = fromFileUrl(new URL("..", import.meta.url));

/** The model that comes with the project. */
export const MINI: string = join(ROOT, "data/models/reviews-mlm-mini");

/** What tests need beyond the repository. */
export type Requirement = "shared" | "webgpu" | "chromium" | "mount" | "node" | "slurm";

/**
 * Whether tests must find something on this machine. `SOFTPROMPT_MUST_HAVE` lists it, separated by commas; `.ci/run` sets it
 * to all there is. What is not listed is used where it is there, and elsewhere the tests that need it are left out with a
 * warning: a fork has no shared folder, and a runner need not have an adapter.
 */
export function mustHave(what: Requirement): boolean {
  return (Deno.env.get("SOFTPROMPT_MUST_HAVE") ?? "").split(",").includes(what);
}

/** A path in the shared folder. */
export function shared(...path: string[]): string {
  return join(FOLDER, ...path);
}

/** A test that needs the shared folder: without it, it fails where the folder must be there, and is left out with a warning elsewhere. */
export function sharedTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  const there = existsSync(FOLDER);
  if (!there && mustHave("shared")) {
    Deno.test(name, () => {
      throw new Error(`${FOLDER} is not there, and SOFTPROMPT_MUST_HAVE lists it`);
    });
    return;
  }
  if (!there) console.warn(`left out, as ${FOLDER} is not there: ${name}`);
  Deno.test({ name, ignore: !there, fn: test });
}

function existsSync(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
