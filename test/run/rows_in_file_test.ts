import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { diskForRows } from "../../src/run/kept_rows.ts";
import { call, endsBefore, exists, inFolder, writeExperiment } from "../commands/softprompt.ts";
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
const experiment = (folder: string, changes: Record<string, unknown> = {}) =>
  writeExperiment(folder, {
    model: { source: shared("models", "stories260k") },
    prompt: { kind: "soft", length: 4, template: "{text} {prompt} it was" },
    verbalizer: { negative: ["b"], positive: ["happy"] },
    training: { batchSize: 8, epochs: 3, logEvery: 1 },
    sweep: { seed: [0, 1] },
    ...changes,
  });

/** What the results of a batch's runs are, to the bit. */
async function bitsOf(batch: string): Promise<string[]> {
  const files = [0, 1].flatMap((seed) =>
    ["prompt.safetensors", "predictions.jsonl", "history.jsonl"].map((name) => `seed=${seed}/${name}`)
  );
  return await Promise.all(files.map(async (file) => (await Deno.readFile(join(batch, file))).toHex()));
}

/** What a process says when it first reads from a file. */
const READ = "reads from a file";

/** The scratch files in a folder of results. */
async function left(results: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(join(results, ".cache")), ({ name }) => name);
  return names.filter((name) => name.endsWith(".scratch"));
}

sharedTest(
  "runs have the same bits wherever rows before the prompt are kept, and if they are computed in each step",
  (t) =>
    inFolder(async (folder) => {
      // All find the compiled steps in one cache.
      const results: string = join(folder, "results");
      const batch = async (name: string) => [
        "batch",
        await experiment(folder, { name }),
        "--results",
        results,
      ];
      const bits = (name: string) => bitsOf(join(results, name));
      const isOnDisk = "bytes" in diskForRows(folder);
      const { code, stderr } = await call(await batch("memory"));
      assertEquals(code, 0, stderr);
      const expected = await bits("memory");
      await t.step("two at a time, in a file", async () => {
        const said = await errorsOf(startWithLittleMemory([...await batch("file"), "--jobs", "2"]));
        const where = isOnDisk ? "kept in a file" : "computed in each step";
        assertStringIncludes(said, `there is room for 25.0 kB in memory, and the others are ${where}`);
        assertEquals(said.split(READ).length - 1, isOnDisk ? 2 : 0, said);
        assertEquals(await bits("file"), expected);
        assertEquals(await left(results), []);
      });
      await t.step("computed in each step", async () => {
        const allowed = [
          "--allow-read",
          "--allow-write",
          "--allow-env",
          "--allow-ffi",
          "--allow-sys=cpus,systemMemoryInfo,osRelease,homedir,hostname,uid",
        ];
        const said = await errorsOf(startWithLittleMemory(await batch("computed"), allowed));
        const why = "Deno was not allowed to see how full the disk is";
        assertStringIncludes(said, `the others are computed in each step, as ${why}`);
        assert(!said.includes(READ), said);
        assertEquals(await bits("computed"), expected);
      });
      await t.step("in a file that can grow no more, which a line says", async () => {
        // In blocks of 512 bytes: less than all values take, and more than any other file.
        const before = Deno.build.os === "windows" ? [] : ["sh", "-c", 'ulimit -f 1400 && exec "$@"', "sh"];
        const said = await errorsOf(startWithLittleMemory(await batch("limited"), undefined, before));
        if (before.length > 0 && isOnDisk) {
          assertStringIncludes(said, "they cannot be written into the file: File too large");
        }
        assertEquals(await bits("limited"), expected);
      });
      await t.step(
        "in a file of a process that is killed, which leaves nothing of it, and called again",
        async () => {
          const process = startWithLittleMemory(await batch("killed"));
          await endsBefore(
            process.status,
            () => exists(results, "killed/seed=1.partial/checkpoint.safetensors"),
          );
          process.kill("SIGKILL");
          await process.output();
          if (Deno.build.os !== "windows") assertEquals(await left(results), []);
          const said = await errorsOf(startWithLittleMemory(await batch("killed")));
          assertStringIncludes(said, "resuming after step");
          assertEquals(await bits("killed"), expected);
        },
      );
    }),
);

sharedTest("a file keeps what is read again, be it by validations alone", (t) =>
  inFolder(async (folder) => {
    if (!("bytes" in diskForRows(folder))) return;
    for (const [isReadAgain, validateEvery] of [[false, 4], [true, 2]] as const) {
      await t.step(`one epoch of 4 steps, validated every ${validateEvery}`, async () => {
        const training = { batchSize: 8, steps: 4, validateEvery, logEvery: 1 };
        const file = await experiment(folder, { training, sweep: undefined });
        const said = await errorsOf(
          startWithLittleMemory(["run", file, "--force", "--results", join(folder, "results")]),
        );
        assertEquals(said.includes("computed in each step, as each is read once"), !isReadAgain, said);
        assertEquals(said.includes(READ), isReadAgain, said);
      });
    }
  }));
