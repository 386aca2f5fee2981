import { assertEquals, assertThrows } from "@std/assert";
import {
  compileHardModel,
  compileModel,
  compileModelBank,
  compileWholeModel,
} from "../../src/artifacts/compile_model.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import { RegionReader } from "../../src/model/read_region.ts";
import { MINI } from "../shared.ts";

/** The files that work opens synchronously, in order. */
async function opened(work: () => unknown): Promise<string[]> {
  const open = Deno.openSync;
  const paths: string[] = [];
  Deno.openSync = (path, options) => {
    paths.push(String(path));
    return open(path, options);
  };
  try {
    await work();
    return paths;
  } finally {
    Deno.openSync = open;
  }
}

Deno.test("regions of files are read in any order, and each file is opened once, until the reader is disposed of", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    await Deno.writeFile(a, Uint8Array.of(0, 1, 2, 3));
    await Deno.writeFile(b, Uint8Array.of(9, 8));
    const regions = new RegionReader();
    const paths = await opened(() => {
      assertEquals(regions.read({ path: a, offset: 2, length: 2 }), Uint8Array.of(2, 3));
      assertEquals(regions.read({ path: b, offset: 0, length: 1 }), Uint8Array.of(9));
      assertEquals(regions.read({ path: a, offset: 0, length: 1 }), Uint8Array.of(0));
      assertThrows(
        () => regions.read({ path: b, offset: 1, length: 2 }),
        Deno.errors.UnexpectedEof,
        "it ends at 2 of 3 bytes",
      );
    });
    assertEquals(paths, [a, b]);
    regions[Symbol.dispose]();
    assertThrows(() => regions.read({ path: a, offset: 0, length: 1 }), ReferenceError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a model's file is opened once to read the model, and once for each compilation", async () => {
  const open = () => openModel({ source: MINI, file: "onnx/model.onnx" }, "./", logDownloads(() => {}));
  const model = await open();
  const target = { target: "cpu", precision: "float32" } as const;
  const works = [
    open,
    () => {
      const { predict, answer, train, update, embed } = compileModel(
        model,
        "word-embeddings",
        "adamw",
        target,
      );
      return [predict, answer, train, update, embed];
    },
    () => {
      const { predict, answer, train } = compileModelBank(model, "word-embeddings", "adamw", target);
      return [predict, answer, train];
    },
    () => {
      const { predict, answer } = compileHardModel(model, target);
      return [predict, answer];
    },
    () => {
      const { predict, answer, train } = compileWholeModel(model, "adamw", target);
      return [predict, answer, train];
    },
  ];
  for (const work of works) {
    const paths = await opened(work);
    assertEquals(paths, [...new Set(paths)]);
    assertEquals(paths.length > 0, true);
  }
});
