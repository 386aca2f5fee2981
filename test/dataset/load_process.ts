// deno-lint-ignore-file no-console
/**
 * Loads a dataset in a process of its own, whose environment says where the hub is: what is loaded, or the message of the
 * error, goes to standard output as JSON.
 *
 *   deno run test/dataset/load_process.ts SPEC CLASSES
 *
 * @module
 */
import { InputError } from "../../src/base/errors.ts";
import { load } from "./loading.ts";

const [spec, classes] = Deno.args.map((text) => JSON.parse(text));
try {
  console.log(JSON.stringify(await load(spec, "x.yaml", classes, 0)));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.log(JSON.stringify({ error: error.message }));
}
