import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CompileCache } from "../../src/artifacts/compile_cache.ts";
import { compileGeneration } from "../../src/compiler/mod.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import { RegionReader } from "../../src/model/read_region.ts";
import { inFolder } from "../commands/softprompt.ts";
import { writeTextModel } from "../commands/text_model.ts";

for (const [name, isCached] of [["with a cache", true], ["without one", false]] as const) {
  Deno.test(`the graphs that texts are generated with are compiled once, ${name}`, () =>
    inFolder(async (folder) => {
      const own = join(folder, "own");
      await writeTextModel(own, "t5");
      if (isCached) {
        for await (const { name } of Deno.readDir("test/fixtures/generation/t5/onnx")) {
          await Deno.copyFile(join("test/fixtures/generation/t5/onnx", name), join(own, "onnx", name));
        }
      }
      const said: string[] = [];
      const log = (line: string) => void said.push(line);
      const open = () =>
        openModel({ source: own, file: "onnx/model.onnx" }, "./", logDownloads(log), { generates: true });
      const options = { insertion: "word-embeddings", target: "cpu", precision: "float32" } as const;
      let compiled = 0;
      const get = async (changes: object = {}) => {
        const model = await open();
        using regions = new RegionReader();
        const { graph, onnx, decoder, continuing } = model;
        const cache = new CompileCache(join(folder, "cache"), log);
        return await cache.generation(model, { ...options, ...changes }, () => {
          compiled++;
          return compileGeneration(graph, onnx, { ...options, decoder, continuing, read: regions.read });
        });
      };
      const first = await get();
      assertEquals("reason" in first.cache, !isCached);
      const again = await get();
      assertEquals([again, compiled], [first, 1]);
      await get({ insertion: undefined });
      assertEquals(compiled, 2);
      for await (const { name, isDirectory } of Deno.readDir(join(folder, "cache"))) {
        if (isDirectory) await Deno.writeTextFile(join(folder, "cache", name, "next.onnx"), "damaged");
      }
      assertEquals([await get(), compiled], [first, 3]);
      assertEquals(said.length, 1);
      assertEquals(said[0]!.includes("next.onnx has changed since it was written"), true, said[0]);
    }));
}
