import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CompileCache } from "../../src/artifacts/compile_cache.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import { writeModel } from "../commands/family_folder.ts";
import { inFolder } from "../commands/softprompt.ts";

const FAMILY = "bert-opset11.onnx";
const FORM = { target: "cpu", precision: "float32" } as const;

Deno.test("a compiled step is used from the cache if nothing in it has changed, for any folder of the same model, and is else compiled again", () =>
  inFolder(async (folder) => {
    const cache = join(folder, "cache");
    const lines: string[] = [];
    const opened = async (name: string) => {
      await Deno.mkdir(join(folder, name));
      await writeModel(join(folder, name), FAMILY);
      return await openModel({ source: join(folder, name), file: FAMILY }, "./", logDownloads(() => {}));
    };
    const [here, there] = [await opened("here"), await opened("there")];
    const compileCache = new CompileCache(cache, (line) => lines.push(line));
    const compile = (model: typeof here) => compileCache.compile(model, "embedding-output", "adamw", FORM);
    const first = await compile(here);
    const second = await compile(there);
    const kept = [...Deno.readDirSync(cache)].filter(({ isDirectory }) => isDirectory);
    assertEquals([second.train.bytes, [...second.train.weights.values()]], [first.train.bytes, [
      there.onnx,
    ]]);
    assertEquals(kept.length, 1);
    const path = join(cache, kept[0]!.name);
    const [predict, manifest] = ["predict.onnx", "artifacts.json"];
    // Another graph that would run, a changed manifest, a missing file.
    await Deno.copyFile(join(path, "predict_bank.onnx"), join(path, predict));
    assertEquals((await compile(here)).predict.bytes, first.predict.bytes);
    const text = await Deno.readTextFile(join(path, manifest));
    await Deno.writeTextFile(join(path, manifest), text.replace('"embedding-layer"', '"attention"'));
    assertEquals((await compile(here)).positions, first.positions);
    await Deno.remove(join(path, predict));
    assertEquals((await compile(here)).predict.bytes, first.predict.bytes);
    // A file without its line in the checksums, and a folder in a file's place.
    const sums = join(path, "SHA256SUMS");
    const listed = (await Deno.readTextFile(sums)).split("\n");
    await Deno.remove(join(path, predict));
    await Deno.writeTextFile(sums, listed.filter((line) => !line.endsWith(`  ${predict}`)).join("\n"));
    assertEquals((await compile(here)).predict.bytes, first.predict.bytes);
    await Deno.remove(join(path, predict));
    await Deno.mkdir(join(path, predict));
    assertEquals((await compile(here)).predict.bytes, first.predict.bytes);
    assertEquals((await compile(here)).update.bytes, first.update.bytes);
    assertEquals(lines.map((line) => line.replace(path, "…")), [
      `… was changed after it was written, and is compiled again: ${predict} has changed since it was written`,
      `… was changed after it was written, and is compiled again: ${manifest} has changed since it was written`,
      `… was changed after it was written, and is compiled again: ${predict} is missing`,
      `… was changed after it was written, and is compiled again: SHA256SUMS does not list ${predict}`,
      `… was changed after it was written, and is compiled again: ${predict} is a folder`,
    ]);
  }));
