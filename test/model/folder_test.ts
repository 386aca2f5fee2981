import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ConfigValueError } from "../../src/base/errors.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { findModel } from "../../src/model/folder.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a model needs a tokenizer.json unless its tokenizer is ByT5's", () =>
  inFolder(async (folder) => {
    const write = (name: string, content: object) =>
      Deno.writeTextFile(join(folder, name), JSON.stringify(content));
    await write("model.onnx", {});
    await write("config.json", {});
    const find = () =>
      findModel({ source: folder, file: "model.onnx" }, join(folder, "x.yaml"), logDownloads(() => {}));
    await assertRejects(find, ConfigValueError, "tokenizer.json");
    await write("tokenizer_config.json", { tokenizer_class: "T5Tokenizer" });
    await assertRejects(find, ConfigValueError, "tokenizer.json");
    await write("tokenizer_config.json", { tokenizer_class: "ByT5Tokenizer" });
    const { described } = await find();
    assertEquals(described.map((path) => path.slice(folder.length + 1)), [
      "config.json",
      "tokenizer_config.json",
    ]);
  }));
