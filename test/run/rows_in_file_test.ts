import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { diskForRows } from "../../src/run/kept_rows.ts";
import { call, exists, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { ROOT, shared, sharedTest } from "../shared.ts";

/**
 * The command line in a process of its own, which has little memory for the rows before prompts.
 *
 * @param before a command that calls it
 */
function startWithLittleMemory(
  args: readonly string[],
  allowed: readonly string[] = ["--allow-all"],
  before: readonly string[] = [],
): Deno.ChildProcess {
  const flags = ["run", "--quiet", ...allowed, "--preload=test/run/little_memory.ts"];
  const [program, ...given] = [...before, Deno.execPath(), ...flags, "src/main.ts", ...args];
  return new Deno.Command(program!, {
    args: given,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function errorsOf(process: Deno.ChildProcess): Promise<string> {
  const { code, stderr } = await process.output();
  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  return text;
}

/** An experiment whose texts are before its prompt, with a validation set. */
const experiment = (folder: string) =>
  writeExperiment(folder, {
    model: { source: shared("models", "stories260k") },
    prompt: { kind: "soft", length: 4, template: "{text} {prompt} it was" },
    verbalizer: { negative: ["b"], positive: ["happy"] },
    training: { batchSize: 8, epochs: 3, logEvery: 1 },
    sweep: { seed: [0, 1] },
  });

/** What a run's results are, to the bit. */
async function bitsOf(results: string): Promise<string[]> {
  const files = [0, 1].flatMap((seed) =>
    ["prompt.safetensors", "predictions.jsonl", "history.jsonl"].map((name) => `small/seed=${seed}/${name}`)
  );
  return await Promise.all(files.map(async (file) => (await Deno.readFile(join(results, file))).toHex()));
}

/** What a process says when it first reads from a file. */
const READ = "reads from a file";

sharedTest(
  "runs have the same bits whether rows before the prompt are in memory, in a file or computed in each step",
  () =>
    inFolder(async (folder) => {
      const isOnDisk = "bytes" in diskForRows(folder);
      const file = await experiment(folder);
      const results = (name: string): string => join(folder, name);
      const { code, stderr } = await call(["batch", file, "--results", results("memory")]);
      assertEquals(code, 0, stderr);
      const expected = await bitsOf(results("memory"));
      for (const jobs of [1, 2]) {
        const name = `file-${jobs}`;
        const said = await errorsOf(
          startWithLittleMemory(["batch", file, "--jobs", `${jobs}`, "--results", results(name)]),
        );
        const room = `there is room for ${50 / jobs}.0 kB in memory, and the others are `;
        assertStringIncludes(said, `${room}${isOnDisk ? "kept in a file" : "computed in each step"}`);
        assertEquals(said.split(READ).length - 1, isOnDisk ? jobs : 0, said);
        assertEquals(await bitsOf(results(name)), expected);
        const left = await Array.fromAsync(Deno.readDir(join(results(name), ".cache")), ({ name }) => name);
        assertEquals(left.filter((name) => name.endsWith(".scratch")), []);
      }
      const allowed = [
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-ffi",
        "--allow-sys=cpus,systemMemoryInfo,osRelease,homedir,hostname,uid",
      ];
      const said = await errorsOf(
        startWithLittleMemory(["batch", file, "--results", results("computed")], allowed),
      );
      assertStringIncludes(
        said,
        "the others are computed in each step, as Deno was not allowed to see how full the disk is",
      );
      assert(!said.includes(READ), said);
      assertEquals(await bitsOf(results("computed")), expected);
    }),
);

sharedTest(
  "a run whose file can grow no more says so, and has the same bits",
  () =>
    inFolder(async (folder) => {
      const file = await experiment(folder);
      const [whole, limited] = [join(folder, "whole"), join(folder, "limited")];
      assertEquals((await call(["batch", file, "--results", whole])).code, 0);
      // In blocks of 512 bytes: less than all values take, and more than any other file.
      const before = Deno.build.os === "windows" ? [] : ["sh", "-c", 'ulimit -f 1400 && exec "$@"', "sh"];
      const said = await errorsOf(
        startWithLittleMemory(["batch", file, "--results", limited], undefined, before),
      );
      if (before.length > 0 && "bytes" in diskForRows(folder)) {
        assertStringIncludes(said, "they cannot be written into the file: File too large");
      }
      assertEquals(await bitsOf(limited), await bitsOf(whole));
    }),
);

sharedTest(
  "a killed run leaves nothing of its file, and goes on with the same bits",
  () =>
    inFolder(async (folder) => {
      const file = await experiment(folder);
      const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
      assertEquals((await call(["batch", file, "--results", whole])).code, 0);
      const process = startWithLittleMemory(["batch", file, "--results", killed]);
      const ended = process.status.then(() => true);
      while (!await exists(killed, "small/seed=1.partial/checkpoint.safetensors")) {
        const isOver = await Promise.race([
          ended,
          new Promise((resolve) => setTimeout(() => resolve(false), 1)),
        ]);
        if (isOver) break;
      }
      process.kill("SIGKILL");
      await process.output();
      if (Deno.build.os !== "windows") {
        const left = await Array.fromAsync(Deno.readDir(join(killed, ".cache")), ({ name }) => name);
        assertEquals(left.filter((name) => name.endsWith(".scratch")), []);
      }
      assertStringIncludes(
        await errorsOf(startWithLittleMemory(["batch", file, "--results", killed])),
        "resuming after step",
      );
      assertEquals(await bitsOf(killed), await bitsOf(whole));
    }),
);
