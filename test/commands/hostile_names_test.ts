import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

/** The names of all files below a folder. */
function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [name, ...namesIn(join(folder, name))] : [name]
  );
}

Deno.test("whatever swept keys and values hold, results lie in their folder, under names that every disk takes", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const victim = join(results, "victim/seed=0");
    await Deno.mkdir(victim, { recursive: true });
    await Deno.writeTextFile(join(victim, "notes.txt"), "mine");
    const template = `{text} ${"总的来说这部电影真的非常好看值得推荐给朋友们观看".repeat(2)} {mask}`;
    const rows = Array.from({ length: 20 }, (_, i) => `film ${i}\t${i % 2 ? "positive" : "negative"}\n`);
    await Deno.writeTextFile(join(folder, "films.tsv"), `text\tlabel\n${rows.join("")}`);
    const labels = { positive: "positive", negative: "negative" };
    const file = await writeExperiment(folder, {
      dataset: { file: "films.tsv", labels },
      prompt: { kind: "hard", template: "{text} {mask}" },
      training: undefined,
      sweep: {
        "prompt.template": [template],
        "dataset.labels.javascript:alert(1)//victim/seed": ["positive"],
        [`dataset.labels.${"长".repeat(99)}`]: ["positive", "negative"],
      },
    });
    const { code, stderr } = await call(["batch", file, "--results", results]);
    assertEquals(code, 0, stderr);
    assertEquals(await Deno.readTextFile(join(victim, "notes.txt")), "mine");
    const names = namesIn(results);
    assert(names.every((name) => new TextEncoder().encode(name).length <= 200), names.join("\n"));
    const variants = [...Deno.readDirSync(join(results, "small"))].filter(({ isDirectory }) => isDirectory);
    assertEquals(variants.length, 2);
    for (const { name } of variants) assert(/^[\p{L}\p{N}._+=,~-]+$/u.test(name), name);
    const page = await Deno.readTextFile(join(results, "small/summary.html"));
    assert(!/href="javascript:/i.test(page));
  }));

Deno.test("a key within a list is refused where the schema does not know it", () =>
  inFolder(async (folder) => {
    const sweep = { "verbalizer.positive.y/../../victim/seed": [1] };
    const file = await writeExperiment(folder, { sweep });
    const { code, stderr } = await call(["validate", file]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "'verbalizer.positive' is a list");
  }));

Deno.test("a transfer file's name with a line break or a path in it stays a part of a file's name", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const name = "x\n..predictions.tsv";
    await Deno.writeTextFile(
      join(folder, name),
      "text\tlabel\na fine film\tpositive\na dull film\tnegative\n",
    );
    const file = await writeExperiment(folder, {
      prompt: { kind: "hard", template: "{text} {mask}" },
      training: undefined,
      evaluation: { transfer: [{ file: name }] },
    });
    const { code, stderr } = await call(["run", file, "--results", results]);
    assertEquals(code, 0, stderr);
    const own = namesIn(join(results, "small")).filter((one) => one.startsWith("predictions."));
    assertEquals(own.length, 2);
    assert(own.every((one) => /^predictions\.(?:[\w.]+~[0-9a-f]{6}\.)?jsonl$/.test(one)), own.join("\n"));
    const again = await call(["run", join(results, "small/experiment.yaml"), "--results", results]);
    assertStringIncludes(again.stderr, "nothing has changed since the results");
  }));
