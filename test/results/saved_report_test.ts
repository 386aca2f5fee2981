import { assertEquals, assertRejects } from "@std/assert";
import { encodeBase64 } from "@std/encoding/base64";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readReport, runsElement } from "../../src/results/saved_report.ts";
import { inFolder } from "../commands/softprompt.ts";
import { madeUpRun } from "../diff/runs.ts";

/** A page whose runs are of some other shape. */
async function pageOf(content: unknown): Promise<string> {
  const empty = await runsElement(new Map());
  const json = new Blob([JSON.stringify(content)]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = encodeBase64(await new Response(json).arrayBuffer());
  return empty.replace(/>[^<]*</, `>${packed}<`);
}

Deno.test("a saved report gives back its runs", () =>
  inFolder(async (folder) => {
    const runs = new Map([["one", madeUpRun({ good: [0.1, 0.9] })]]);
    const file = join(folder, "report.html");
    await Deno.writeTextFile(file, `<html>${await runsElement(runs)}</html>`);
    assertEquals(await readReport(file), runs);
  }));

Deno.test("a saved report of a newer format is called newer, not damaged, though its shape is another", () =>
  inFolder(async (folder) => {
    const file = join(folder, "report.html");
    const runs = [{ environment: { format: "softprompt-run/2", machine: {} }, answers: [] }];
    await Deno.writeTextFile(file, await pageOf({ runs }));
    await assertRejects(() => readReport(file), InputError, "report.html was written by a newer softprompt");
    await Deno.writeTextFile(file, await pageOf({ runs: [{}] }));
    await assertRejects(() => readReport(file), InputError, "report.html is damaged");
  }));
