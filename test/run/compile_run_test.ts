import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CompileCache } from "../../src/artifacts/compile_cache.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { compileRun } from "../../src/run/compile_run.ts";
import { prepare } from "../../src/run/prepare.ts";
import { ResourceCache } from "../../src/run/resource_cache.ts";
import { FusedSteps } from "../../src/training/fused_steps.ts";
import { inFolder, writeExperiment } from "../commands/softprompt.ts";
import { parseWords } from "../experiment/parse_words.ts";

Deno.test("a run compiles and keeps the graphs of a bank only where its steps are fused with those of others", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {});
    const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: false });
    const experiment = parseWords(await Deno.readTextFile(file), file);
    const prepared = await prepare({ experiment, file }, resources);
    const cache = new CompileCache(join(folder, "cache"), () => {});
    const [slot] = new FusedSteps(1).slots;
    const target = { target: "cpu", precision: "float32" } as const;
    const manifests = () =>
      [...Deno.readDirSync(cache.folder)].filter(({ isDirectory }) => isDirectory)
        .flatMap(({ name }) => [...Deno.readDirSync(join(cache.folder, name))].map(({ name }) => name))
        .filter((name) => name.endsWith(".json")).sort();
    for (
      const [own, kept] of [[undefined, ["step.json"]], [slot, ["bank.json", "step.json"]]] as const
    ) {
      const graphs = await compileRun(prepared, target, { kind: "cpu" }, cache, { resources, slot: own });
      assertEquals([Object.keys(graphs).includes("bank"), manifests()], [own !== undefined, [...kept]]);
    }
  }));
