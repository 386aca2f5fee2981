import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import { ConfigValueError } from "../../src/base/errors.ts";
import { writeModel } from "../commands/family_folder.ts";
import { MINI } from "../shared.ts";
import { inFolder } from "../commands/softprompt.ts";

const SILENT = logDownloads(() => {});
const FAMILY = "bert-traced-opset18.onnx";

/** The tests' own hash, beside the program's. */
async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("a model is what its files are: weights beside the graph, the tokenizer's files, config.json", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    const open = () => openModel({ source: folder, file: FAMILY }, "./", SILENT);
    const { files } = await open();
    const names = Object.keys(files);
    assertEquals(names, [
      FAMILY,
      `${FAMILY}.data`,
      "config.json",
      "special_tokens_map.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    assertEquals(Object.values(files), await Promise.all(names.map((name) => sha256(join(folder, name)))));
    const data = await Deno.readFile(join(folder, `${FAMILY}.data`));
    data[0]! ^= 1;
    await Deno.writeFile(join(folder, `${FAMILY}.data`), data);
    await Deno.remove(join(folder, "special_tokens_map.json"));
    const after = (await open()).files;
    assertEquals(names.filter((name) => after[name] !== files[name]), [
      `${FAMILY}.data`,
      "special_tokens_map.json",
    ]);
  }));

Deno.test("the graph is read once, and its weights stay where they are", async () => {
  const path = join(MINI, "onnx/model.onnx");
  const { open } = Deno;
  const opened: string[] = [];
  Deno.open = (path, options) => {
    opened.push(String(path));
    return open(path, options);
  };
  try {
    const { graph } = await openModel({ source: MINI, file: "onnx/model.onnx" }, "./", SILENT);
    assertEquals(opened.filter((one) => one === path), [path]);
    assert(graph.length < 2 ** 18, `${graph.length} bytes`);
  } finally {
    Deno.open = open;
  }
});

Deno.test("a folder in a file's place is not the file", () =>
  inFolder(async (folder) => {
    await writeModel(folder, FAMILY);
    await Deno.remove(join(folder, "config.json"));
    await Deno.mkdir(join(folder, "config.json"));
    await assertRejects(
      () => openModel({ source: folder, file: FAMILY }, "./", SILENT),
      ConfigValueError,
      `${join(folder, "config.json")} is a folder`,
    );
  }));

Deno.test("a number that config.json names comes after the word embeddings, where the graph alone shows the embedding module's scale", () =>
  inFolder(async (folder) => {
    const family = "gemma2-traced-opset20.onnx";
    await writeModel(folder, family);
    const path = join(folder, "config.json");
    const factors = async (config: object) => {
      await Deno.writeTextFile(path, JSON.stringify({ architectures: ["XForCausalLM"], ...config }));
      const { facts: { scale, multiplier } } = await openModel(
        { source: folder, file: family },
        "./",
        SILENT,
      );
      return [scale, multiplier];
    };
    assertEquals(await factors({}), [4, 1]);
    assertEquals(await factors({ embedding_multiplier: 1 }), [4, 1]);
    assertEquals(await factors({ embedding_multiplier: 4 }), [1, 4]);
  }));
