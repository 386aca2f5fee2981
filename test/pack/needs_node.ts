// deno-lint-ignore-file no-console
import { mustHave } from "../shared.ts";

/** Whether there is Node, with npm. */
const IS_THERE = await new Deno.Command("npm", { args: ["--version"], stdout: "null", stderr: "null" })
  .output()
  .then(({ success }) => success, () => false);

/** A test that needs Node with npm: without, it fails where it must be there, and is left out with a warning elsewhere. */
export function nodeTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  const ignore = !IS_THERE && !mustHave("node");
  if (ignore) console.warn(`left out, as npm is not there: ${name}`);
  Deno.test({ name, ignore, fn: test });
}
