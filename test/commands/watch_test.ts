import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { main } from "../../src/cli.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { exists, inFolder, writeExperiment } from "./softprompt.ts";

/** Longer than this is a hang, in milliseconds. */
const HANG = 30_000;

async function until(what: () => boolean | Promise<boolean>, io: RecordingIo): Promise<void> {
  const start = performance.now();
  while (!await what()) {
    if (performance.now() - start > HANG) throw new Error(`it hangs: ${io.stdout}${io.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("run --watch runs what changes, names what is wrong, and ends at Ctrl-C", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const data = join(folder, "data.csv");
    const line = (i: number) =>
      `${i % 2 === 0 ? "a joy" : "a bore"} ${i},${i % 2 === 0 ? "positive" : "negative"}`;
    await Deno.writeTextFile(
      data,
      `text,label\n${Array.from({ length: 40 }, (_, i) => line(i)).join("\n")}\n`,
    );
    const hard = {
      dataset: { file: "data.csv", text: "text", label: "label" },
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
      evaluation: undefined,
    };
    const one = await writeExperiment(folder, hard);
    const text = await Deno.readTextFile(one);
    const other = join(folder, "other.yaml");
    await Deno.writeTextFile(other, text.replace('"small"', '"other"').replace('"data.csv"', '"other.csv"'));
    await Deno.copyFile(data, join(folder, "other.csv"));
    const io = new RecordingIo();
    const watches = () => io.stderr.split("watching 2 files; Ctrl-C ends it").length - 1;
    const ended = main(["run", one, other, "--watch", "--results", results], io);
    await until(() => watches() === 1, io);
    assertEquals(await exists(results, "other/metrics.json"), true);

    await Deno.writeTextFile(one, text.replace('"kind": "hard"', '"kind": "hart"'));
    await until(() => watches() === 2, io);
    assertStringIncludes(io.stderr, "hart");
    assertEquals(io.stdout.match(/^other /gm)?.length, 1, "only what has changed is run");

    // As editors do: a new file in the place of the old.
    await Deno.writeTextFile(`${one}~`, text.replace('"small"', '"renamed"'));
    await Deno.rename(`${one}~`, one);
    await until(() => watches() === 3, io);
    assertEquals(await exists(results, "renamed/metrics.json"), true);

    await Deno.writeTextFile(join(folder, "other.csv"), `${line(41)}\n${line(42)}\n`, { append: true });
    await until(() => watches() === 4, io);
    assertEquals(io.stdout.match(/^other /gm)?.length, 2);

    io.interrupt();
    assertEquals(await ended, 130);
  }));

Deno.test("a file whose folder was removed is run when it comes back", () =>
  inFolder(async (folder) => {
    const place = join(folder, "study/experiments");
    await Deno.mkdir(place, { recursive: true });
    const file = join(place, "wrong.yaml");
    await Deno.writeTextFile(file, "name: first\n");
    const io = new RecordingIo();
    const watches = () => io.stderr.split("watching 1 file; Ctrl-C ends it").length - 1;
    const ended = main(["run", file, "--watch", "--results", join(folder, "results")], io);
    await until(() => watches() === 1, io);
    await Deno.remove(join(folder, "study"), { recursive: true });
    await until(() => io.stderr.includes("there is no experiment file"), io);
    await until(() => watches() === 2, io);
    await Deno.mkdir(place, { recursive: true });
    await Deno.writeTextFile(file, "name: second\nnonsense: 1\n");
    await until(() => io.stderr.includes("nonsense"), io);
    io.interrupt();
    assertEquals(await ended, 130);
  }));

Deno.test("a file that is not there from the beginning is wrong use, and nothing is watched", async () => {
  for (const args of [["nowhere.yaml"], ["nowhere.yaml", "--set", "seed"]]) {
    const io = new RecordingIo();
    assertEquals(await main(["run", ...args, "--watch"], io), 2);
  }
});
