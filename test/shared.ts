import { fromFileUrl, join } from "@std/path";

/** The folder of real data, models and reference numbers that lies beside the project where it is developed and in CI. */
const FOLDER: string = fromFileUrl(new URL("../../shared", import.meta.url));

/** The project's own folder. */
export const ROOT: string = fromFileUrl(new URL("..", import.meta.url));

/** The model that comes with the project. */
export const MINI: string = join(ROOT, "data/models/reviews-mlm-mini");

/** A path in the shared folder. */
export function shared(...path: string[]): string {
  return join(FOLDER, ...path);
}

/** A test that needs the shared folder: without it, it fails in CI and is left out elsewhere, which it says. */
export function sharedTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  const there = existsSync(FOLDER);
  if (!there && Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(`${FOLDER} is not there, and CI must not go without it`);
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
