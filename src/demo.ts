/**
 * The first thing to run, as a program: `deno task`, which would call it, downloads all packages that the lock file names before it
 * starts anything, and this only those that the demo uses.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { launch } from "./launcher/launch.ts";
import { processIo } from "./terminal/process_io.ts";

const files = ["1-hard.yaml", "2-soft.yaml"]
  .map((name) => fromFileUrl(new URL(`../experiments/first-steps/${name}`, import.meta.url)));

Deno.exit(await launch(["run", ...files], processIo()));
