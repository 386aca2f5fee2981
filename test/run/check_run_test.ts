import { assert, assertEquals, assertRejects, assertStringIncludes, fail } from "@std/assert";
import { join } from "@std/path";
import { parseWords } from "../experiment/parse_words.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { compileModel, compileModelPrefix } from "../../src/artifacts/compile_model.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { Stopwatch } from "../../src/device/stopwatch.ts";
import { openModel } from "../../src/model/open_model.ts";
import { checkRun, soundGraphs } from "../../src/run/check_run.ts";
import { prepare } from "../../src/run/prepare.ts";
import { ResourceCache } from "../../src/run/resource_cache.ts";
import { RunSessions } from "../../src/run/run_sessions.ts";
import { call, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { countingSessions } from "../device/counting_sessions.ts";
import { shared, sharedTest } from "../shared.ts";
import { FakeDevice } from "./fake_device.ts";

const HARD = {
  name: "words",
  prompt: { kind: "hard", template: "{text} it was {mask} ." },
  training: undefined,
};

async function checkOf(results: string, ...path: string[]): Promise<Record<string, unknown>> {
  const environment = await Deno.readTextFile(join(results, ...path, "environment.json"));
  return JSON.parse(environment).self_check;
}

Deno.test("a run is compared with the model's own file once, and records the outcome", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, HARD);
    const results: string = join(folder, "results");
    const run = (...args: string[]) => call(["run", file, "--results", results, ...args]);
    const first = await run();
    assertEquals(first.code, 0, first.stderr);
    const { difference, tolerance } = await checkOf(results, "words");
    assert(Number(difference) > 0 && Number(difference) < 1e-5, String(difference));
    assertEquals(tolerance, 1e-4);

    const cache: string = join(results, ".cache");
    const names = [...Deno.readDirSync(cache)].map(({ name }) => name);
    const kept: string = join(cache, names.find((name) => name.endsWith(".check.json"))!);
    await Deno.writeTextFile(kept, '{"difference":0.00005,"tolerance":0.0001}');
    assertEquals((await run("--set", "seed=1")).code, 0);
    assertEquals(await checkOf(results, "words", "seed=1"), { difference: 0.00005, tolerance: 1e-4 });

    const damaged = ['{"difference":0.0', "null", '{"difference":0.5,"tolerance":0.0001}'];
    for (const [i, text] of damaged.entries()) {
      await Deno.writeTextFile(kept, text);
      assertEquals((await run("--set", `seed=${2 + i}`)).code, 0);
      assertEquals((await checkOf(results, "words", `seed=${2 + i}`)).difference, difference);
    }

    const unchecked = await run("--no-self-check", "--set", "seed=9");
    assertStringIncludes(
      unchecked.stderr,
      "warning: words/seed=9: the compiled graph was not compared with the model's own file (--no-self-check)",
    );
    assertEquals(await checkOf(results, "words", "seed=9"), { skipped: "--no-self-check" });
  }));

Deno.test("other texts are a check of their own, and texts of one length have a longer one beside them", () =>
  inFolder(async (folder) => {
    const rows = ["text,label", "good,positive", "bad,negative", "fine,positive", "dull,negative"];
    await Deno.writeTextFile(join(folder, "words.csv"), rows.join("\n"));
    const results: string = join(folder, "results");
    const words = { split: { train: "words.csv", test: "words.csv" }, validation: 0 };
    for (const dataset of [words, undefined]) {
      const file = await writeExperiment(folder, { ...HARD, ...(dataset && { dataset }) });
      const { code, stderr } = await call(["run", file, "--results", results, "--force"]);
      assertEquals(code, 0, stderr);
    }
    const kept = [...Deno.readDirSync(join(results, ".cache"))].filter(({ name }) =>
      name.endsWith(".check.json")
    );
    assertEquals(kept.length, 2);
  }));

Deno.test("a check whose graph does not open on the device closes the model's own file", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, HARD);
    const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: false });
    const experiment = parseWords(await Deno.readTextFile(file), file);
    const prepared = await prepare({ experiment, file }, resources);
    const target = { target: "cpu", precision: "float32" } as const;
    const hard = resources.hardGraph(prepared.model, target);
    const device = new FakeDevice();
    device.failing.push(hard.answer.bytes[0]!);
    const stopwatch = new Stopwatch();
    const sessions = new RunSessions(prepared, device, target, stopwatch, { resources, slot: undefined });
    const check = { prepared, graphs: { hard }, target, device, sessions, cache: folder, log: fail };
    const counts = await countingSessions(() => assertRejects(() => checkRun(check), Error, "does not open"));
    await sessions.end();
    assertEquals(counts, { opened: 1, left: 0 });
  }));

sharedTest(
  "where graphs without the rows before a prompt are not the model's, those over whole texts are taken",
  () =>
    inFolder(async (folder) => {
      const own = shared("models", "stories260k");
      const file = await writeExperiment(folder, {
        model: { source: own },
        prompt: { kind: "soft", length: 4, template: "{text} {prompt} it was" },
        verbalizer: { negative: ["b"], positive: ["happy"] },
      });
      const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: false });
      const experiment = parseWords(await Deno.readTextFile(file), file);
      const prepared = await prepare({ experiment, file }, resources);
      const target = { target: "cpu", precision: "float32" } as const;
      // The same model with other weights in its middle.
      const other = join(folder, "other");
      for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"]) {
        const bytes = await Deno.readFile(join(own, name));
        if (name.endsWith(".onnx")) bytes.fill(0, bytes.length / 2, bytes.length / 2 + 4096);
        await Deno.mkdir(join(other, "onnx"), { recursive: true });
        await Deno.writeFile(join(other, name), bytes);
      }
      const changed = await openModel(
        { source: other, file: "onnx/model.onnx" },
        "./",
        logDownloads(() => {}),
      );
      const form = ["embedding-output", "adamw", target] as const;
      const graphs = {
        prompt: compileModel(prepared.model, ...form),
        prefix: compileModelPrefix(changed, ...form),
      };
      const lines: string[] = [];
      const log = (line: string) => lines.push(line);
      const device = await openCpu(1);
      const context = { resources, slot: undefined };
      const sessions = new RunSessions(prepared, device, target, new Stopwatch(), context);
      const run = { prepared, graphs, target, device, sessions, cache: folder, log };
      const { graphs: sound, outcome } = await soundGraphs(run);
      assertEquals(sound, { prompt: graphs.prompt });
      assert("difference" in outcome && outcome.difference < 1e-4);
      await sessions.end();
      assertStringIncludes(lines[0]!, "is not computed correctly without the rows before the prompt: ");
    }),
);
