import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { terminalDownloads } from "../../src/commands/downloads.ts";
import { openModel } from "../../src/commands/open_model.ts";
import { MINI } from "../shared.ts";
import { inFolder } from "./softprompt.ts";

const SILENT = terminalDownloads(() => {});
const FAMILY = "bert-traced-opset18.onnx";

Deno.test("weights in a file beside the model's are part of what the model is", () =>
  inFolder(async (folder) => {
    for (
      const file of ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]
    ) {
      await Deno.copyFile(join(MINI, file), join(folder, file));
    }
    for (const file of [FAMILY, `${FAMILY}.data`]) {
      await Deno.copyFile(join("test/fixtures/families", file), join(folder, file));
    }
    const before = await openModel({ source: folder, file: FAMILY }, "./", SILENT);
    const data = await Deno.readFile(join(folder, `${FAMILY}.data`));
    data[0]! ^= 1;
    await Deno.writeFile(join(folder, `${FAMILY}.data`), data);
    const after = await openModel({ source: folder, file: FAMILY }, "./", SILENT);
    assertEquals([before.weights.length, after.weights.length, after.sha256], [1, 1, before.sha256]);
    assertEquals(after.weights[0] === before.weights[0], false);
    assertEquals((await openModel({ source: MINI, file: "onnx/model.onnx" }, "./", SILENT)).weights, []);
  }));
