import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { exportView } from "../../src/view/export_view.ts";
import { inFolder } from "../commands/softprompt.ts";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { readCompared } from "../../src/view/run_data.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { writeMadeUpResults } from "./made_up_results.ts";

/** The names in a site that is whole. */
const SITE = [
  "compare.js",
  "d3.min.js",
  "data",
  "index.html",
  "page.css",
  "page.js",
  "plot.umd.min.js",
  "reports",
];

async function made(folder: string) {
  const results: string = join(folder, "results");
  await writeMadeUpResults(results, { sweeps: ["s"], lengths: [5], seeds: [0], examples: 4 });
  return { folder: results, baselines: join(folder, "baselines") };
}

Deno.test("an earlier site is replaced, and one that others have put files into is refused, and keeps them", () =>
  inFolder(async (folder) => {
    const viewed = await made(folder);
    const site: string = join(folder, "site");
    for (let times = 0; times < 2; times++) assertEquals((await exportView(viewed, site)).runs, 1);
    for (const name of ["data/own.js", "reports/summary.html", "CNAME"]) {
      const file: string = join(site, name);
      await Deno.writeTextFile(file, "own");
      const { message } = await assertRejects(() => exportView(viewed, site), InputError);
      assertStringIncludes(message, `holds other files (${name})`);
      assertEquals(await Deno.readTextFile(file), "own");
      await Deno.remove(file);
    }
    assertEquals((await exportView(viewed, site)).runs, 1);
  }));

Deno.test("whenever an export is killed, the next one replaces what it left, but for a file of others", () =>
  inFolder(async (folder) => {
    const viewed = await made(folder);
    const site: string = join(folder, "site");
    const namesIn = async () => (await Array.fromAsync(Deno.readDir(site))).map(({ name }) => name).sort();
    for (const before of ["no site", "an earlier site"]) {
      let steps = 0;
      for (let isStopped = true; isStopped; steps++) {
        // The last step has left a whole one.
        if (before === "no site") await Deno.remove(site, { recursive: true }).catch(() => {});
        ({ isStopped } = await stoppingAfter(steps, "killed", () => exportView(viewed, site)));
        if (isStopped && steps === 4) {
          await Deno.writeTextFile(join(site, "own.js"), "own");
          const { message } = await assertRejects(() => exportView(viewed, site), InputError);
          assertStringIncludes(message, "(own.js)");
          await Deno.remove(join(site, "own.js"));
        }
        await exportView(viewed, site);
        assertEquals(await namesIn(), SITE, `${before}, stopped after ${steps} changes`);
      }
      assertEquals(steps > 10, true);
    }
  }));

Deno.test({
  name: "a link does not lead a site into the results",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const viewed = await made(folder);
      await Deno.mkdir(join(viewed.folder, "inner"));
      await Deno.symlink(join(viewed.folder, "inner"), join(folder, "site"));
      const { message } = await assertRejects(() => exportView(viewed, join(folder, "site")), InputError);
      assertStringIncludes(message, "is in the folder that is shown");
    }),
});

Deno.test("a site has every class of a run, also one whose name is no key in a script", () =>
  inFolder(async (folder) => {
    const viewed = await made(folder);
    const text = JSON.stringify(madeUpRun({ good: [0.2, 0.7, 0.4, 0.9] })).replaceAll('"bad"', '"__proto__"');
    await writeRecord(join(viewed.folder, "r"), JSON.parse(text));
    const compared = await readCompared(join(viewed.folder, "r"));
    assertEquals(compared.kind, "classes");
    const site: string = join(folder, "site");
    await exportView(viewed, site);
    const script = await Deno.readTextFile(join(site, "data/compared-0.js"));
    const loaded = new Function("globalThis", `${script}; return globalThis.softpromptData;`)({});
    assertEquals(JSON.stringify(loaded.get("compared-0")), JSON.stringify(compared));
  }));
