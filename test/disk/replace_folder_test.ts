import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { writeFolder } from "../../src/disk/replace_folder.ts";
import { inFolder } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";
import { stoppingAfter } from "./stopping_disk.ts";

const OLD = { "config.json": "old", "onnx/model.onnx": "old graph" };
const NEW = { "config.json": "new", "onnx/model.onnx": "new graph", "more.txt": "more" };
/** What the user has put there. */
const OWN = { "notes.md": "mine", "onnx/other.onnx": "my graph" };

/** The files below a folder, by their paths. */
async function filesIn(folder: string, within = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, within))) {
    const path = within === "" ? name : `${within}/${name}`;
    if (isDirectory) Object.assign(found, await filesIn(folder, path));
    else found[path] = await Deno.readTextFile(join(folder, path));
  }
  return found;
}

async function start(folder: string): Promise<string> {
  const out = join(folder, "out");
  await writeFolder(out, { ...OLD, ...OWN });
  return out;
}

Deno.test("files are written into a folder, and what else is in it stays", () =>
  inFolder(async (folder) => {
    const out = await start(folder);
    await writeFolder(out, NEW);
    assertEquals(await filesIn(out), { ...OWN, ...NEW });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["out"]);
    await assertRejects(() => writeFolder(join(out, "config.json"), NEW), Deno.errors.AlreadyExists);
  }));

Deno.test("whenever writing stops, a folder has all its old files or all new ones, and the next call completes it", async () => {
  let steps = 0;
  for (let stopped = true; stopped; steps++) {
    await inFolder(async (folder) => {
      const out = await start(folder);
      stopped = (await stoppingAfter(steps, "killed", () => writeFolder(out, NEW))).isStopped;
      // Between two renames the folder has another name.
      const place = await Deno.stat(out).then(() => out, () => join(folder, ".out.old"));
      const found = await filesIn(place);
      const isNew = found["config.json"] === "new";
      for (const [name, text] of Object.entries(isNew ? NEW : OLD)) {
        assertEquals(found[name], text, `${name} when stopped after ${steps}`);
      }
      if (!isNew) assertEquals(found, { ...OLD, ...OWN });
      await writeFolder(out, NEW);
      assertEquals(await filesIn(out), { ...OWN, ...NEW }, `completed when stopped after ${steps}`);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["out"]);
    });
  }
  assert(steps > 10, `${steps}`);
});

Deno.test("a full disk leaves a folder as it was, and nothing beside it", async () => {
  for (const steps of [0, 1, 2, 4, 6]) {
    await inFolder(async (folder) => {
      const out = await start(folder);
      assert((await stoppingAfter(steps, "full", () => writeFolder(out, NEW))).isStopped);
      assertEquals(await filesIn(out), { ...OLD, ...OWN });
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["out"]);
    });
  }
});

Deno.test("the working directory is not moved: its files are replaced one by one", () =>
  inFolder(async (folder) => {
    const out = await start(folder);
    const { ino } = await Deno.stat(out);
    // All tests of a run share one working directory: another one is for a process of its own.
    const module = import.meta.resolve("../../src/disk/replace_folder.ts");
    const code = `import { writeFolder } from "${module}"; await writeFolder("..", ${JSON.stringify(NEW)});`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--config", join(ROOT, "deno.json"), code],
      cwd: join(out, "onnx"),
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assertEquals(await filesIn(out), { ...OWN, ...NEW });
    assertEquals((await Deno.stat(out)).ino, ino);
  }));
