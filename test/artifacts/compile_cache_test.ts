import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { compileModel } from "../../src/artifacts/compile_model.ts";
import { isEntryFile } from "../../src/artifacts/cached_entries.ts";
import { CompileCache } from "../../src/artifacts/compile_cache.ts";
import { readStep, writeStep } from "../../src/artifacts/step_files.ts";
import { readOnnxFile } from "../../src/compiler/mod.ts";
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
    const [predict, manifest] = ["predict.onnx", "step.json"];
    // Another graph that would run, a changed manifest, a missing file.
    await Deno.copyFile(join(path, "answer.onnx"), join(path, predict));
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
      `… was changed after it was written, and is compiled again: ${predict} is a folder, but it must be a regular file`,
    ]);
  }));

/** Damages to an entry of the cache, by what they are. */
const DAMAGES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  "cut": async (path) => await Deno.truncate(path, (await Deno.stat(path)).size >> 1),
  "empty": (path) => Deno.truncate(path, 0),
  "missing": (path) => Deno.remove(path),
  "a folder": async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  },
  "with a flipped bit": async (path) => {
    const bytes = await Deno.readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await Deno.writeFile(path, bytes);
  },
  "another file": (path) => Deno.copyFile(join(path, "../predict.onnx"), path),
};

Deno.test("whatever was damaged in the cache is compiled again, to the same bytes, and one line says so", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    const model = await openModel({ source: folder, file: FAMILY }, "./", logDownloads(() => {}));
    const cache = join(folder, "cache");
    const lines: string[] = [];
    const compileCache = new CompileCache(cache, (line) => lines.push(line));
    const compile = () => compileCache.compile(model, "embedding-output", "adamw", FORM);
    const { train, predict, scale } = await compile();
    const [entry] = [...Deno.readDirSync(cache)].filter(({ isDirectory }) => isDirectory);
    const path = join(cache, entry!.name);
    const expectWhole = async (what: string, said: number) => {
      const again = await compile();
      assertEquals([again.train.bytes, again.predict.bytes, again.scale], [
        train.bytes,
        predict.bytes,
        scale,
      ]);
      assertEquals(lines.length, said, `${what}: ${lines.join("\n")}`);
      lines.length = 0;
    };
    for (const [what, damage] of Object.entries(DAMAGES)) {
      for (const name of ["train_step.onnx", "step.json", "SHA256SUMS"]) {
        await damage(join(path, name));
        await expectWhole(`${name} ${what}`, 1);
        await expectWhole("whole", 0);
      }
    }
    await Deno.remove(path, { recursive: true });
    await Deno.writeTextFile(path, "a file in the entry's place");
    await expectWhole("a file", 1);
    for (const beside of [`${path}.partial`, `${path}.lock`]) {
      await Deno.remove(path, { recursive: true });
      await Deno.remove(beside, { recursive: true }).catch(() => {});
      await Deno.mkdir(join(beside, "something"), { recursive: true });
      await expectWhole(beside, beside.endsWith(".lock") ? 1 : 0);
    }
  }));

Deno.test("a kept graph takes weights from no file but those that its manifest lists", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    const model = await openModel({ source: folder, file: FAMILY }, "./", logDownloads(() => {}));
    const out = join(folder, "kept");
    const compiled = compileModel(model, "embedding-output", "adamw", FORM);
    await writeStep(out, compiled, model);
    await readStep(out, model);
    const bytes = compiled.predict.bytes;
    const hex = (text: string) => new TextEncoder().encode(text).toHex();
    const other = hex(FAMILY.replace(/^./, "x"));
    const renamed = Uint8Array.fromHex(bytes.toHex().replaceAll(hex(FAMILY), other));
    await writeStep(out, { ...compiled, predict: { ...compiled.predict, bytes: renamed } }, model);
    await assertRejects(
      () => readStep(out, model),
      RangeError,
      `in predict.onnx lies in x${FAMILY.slice(1)}, which step.json does not list`,
    );
  }));

Deno.test("the graphs without the rows before a prompt have an entry of their own, which says where there are none", () =>
  inFolder(async (folder) => {
    for (const [family, axes] of [["opt-opset13.onnx", 4], [FAMILY, undefined]] as const) {
      const own = join(folder, family);
      await Deno.mkdir(own);
      await writeModel(own, family);
      const model = await openModel({ source: own, file: family }, "./", logDownloads(() => {}));
      const cache = new CompileCache(join(own, "cache"), () => {});
      const read = () => cache.prefix(model, "word-embeddings", "adamw", FORM);
      const [made, kept] = [await read(), await read()];
      assertEquals(made && Object.keys(made.axes).length, axes);
      assertEquals(kept?.axes, made?.axes);
      for (const name of ["before", "train", "answer"] as const) {
        assertEquals(kept?.[name].bytes, made?.[name].bytes);
        assertEquals(kept && [...kept[name].weights], made && [...made[name].weights]);
      }
      assertEquals([...Deno.readDirSync(cache.folder)].filter(({ isDirectory }) => isDirectory).length, 1);
    }
  }));

Deno.test("the graphs of a bank have an entry of their own, and those of one prompt are not made for it", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    const model = await openModel({ source: folder, file: FAMILY }, "./", logDownloads(() => {}));
    const lines: string[] = [];
    const cache = new CompileCache(join(folder, "cache"), (line) => lines.push(line));
    const entries = () => [...Deno.readDirSync(cache.folder)].filter(({ isDirectory }) => isDirectory);
    const files = () =>
      entries().map(({ name }) =>
        [...Deno.readDirSync(join(cache.folder, name))].map(({ name }) => name).sort()
      );
    const read = () => cache.bank(model, "embedding-output", "adamw", FORM);
    const made = await read();
    const expected = ["SHA256SUMS", "answer_bank.onnx", "bank.json", "predict_bank.onnx", "train_bank.onnx"];
    assertEquals(files(), [expected]);
    const [entry] = entries();
    assertEquals(await read(), { train: made.train, predict: made.predict, answer: made.answer });
    await cache.compile(model, "embedding-output", "adamw", FORM);
    assertEquals(files().length, 2);
    assertEquals(files().flat().filter((name) => !isEntryFile(name)), []);
    await Deno.truncate(join(cache.folder, entry!.name, "train_bank.onnx"), 9);
    assertEquals((await read()).train.bytes, made.train.bytes);
    assertEquals(lines.length, 1);
    assertEquals(lines[0]!.endsWith("train_bank.onnx has changed since it was written"), true);
  }));

Deno.test("a step with text and one with words have entries of their own", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    const model = await openModel({ source: folder, file: FAMILY }, "./", logDownloads(() => {}));
    const cache = new CompileCache(join(folder, "cache"), () => {});
    const compile = (answer: "word" | "text") =>
      cache.compile(model, "word-embeddings", "adamw", { ...FORM, answer });
    const inputs = async (answer: "word" | "text") => {
      const { bytes } = (await compile(answer)).predict;
      return readOnnxFile(bytes, "predict.onnx").model.graph!.input.map(({ name }) => name);
    };
    for (const _ of ["compiled", "from the cache"]) {
      assertEquals((await inputs("word")).includes("target_ids"), false);
      assertEquals((await inputs("text")).includes("target_ids"), true);
    }
  }));

Deno.test("a step of a model that multiplies its word embeddings after the prompt has an entry of its own", () =>
  inFolder(async (folder) => {
    const family = "gemma2-traced-opset20.onnx";
    await writeModel(folder, family);
    const cache = new CompileCache(join(folder, "cache"), () => {});
    const scaleWith = async (config: object) => {
      const content = JSON.stringify({ architectures: ["XForCausalLM"], ...config });
      await Deno.writeTextFile(join(folder, "config.json"), content);
      const model = await openModel({ source: folder, file: family }, "./", logDownloads(() => {}));
      return (await cache.compile(model, "word-embeddings", "adamw", FORM)).scale;
    };
    assertEquals(await scaleWith({}), 4);
    assertEquals(await scaleWith({ embedding_multiplier: 4 }), 1);
  }));
