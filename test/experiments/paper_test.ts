import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/csv/parse";
import { join } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { baselinesOf } from "../../experiments/paper/baselines.ts";
import { contrastOf, marginsOf } from "../../experiments/paper/margins.ts";
import { drawBars, drawLines } from "../../experiments/paper/plots.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import type { MetricsFile } from "../../src/results/metrics_file.ts";
import type { SummaryRow } from "../../src/results/summary.ts";
import { inFolder } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";

const FILES = join(ROOT, "experiments/paper");
const KEPT = join(ROOT, "results/paper");

Deno.test("the study's tables have every run that its files ask for, complete", async () => {
  for await (const { name } of Deno.readDir(FILES)) {
    if (!name.endsWith(".yaml")) continue;
    const variants = parseVariants(await Deno.readTextFile(join(FILES, name)), name);
    if (variants.length === 1) continue;
    const table = `${variants[0]!.experiment.name.replace("paper-", "")}.csv`;
    const rows: Record<string, string | undefined>[] = parse(await Deno.readTextFile(join(KEPT, table)), {
      skipFirstRow: true,
    });
    assertEquals(rows.map(({ variant }) => variant).toSorted(), variants.map(({ name }) => name).toSorted());
    assertEquals(rows.filter(({ status }) => status !== "complete"), [], table);
  }
});

Deno.test("the study's summary runs with the permissions of its task, and names the file that it lacks", () =>
  inFolder(async (folder) => {
    const [, ...args] = config.tasks.study.split(" && ")[1]!.split(" ")
      .map((arg) => arg.replace("experiments/paper", FILES));
    await Deno.mkdir(join(folder, "results/paper"), { recursive: true });
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [args[0]!, "--no-prompt", "--quiet", `--config=${join(ROOT, "deno.json")}`, ...args.slice(1)],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 1);
    assertEquals(
      new TextDecoder().decode(stderr),
      "there is no results/study/paper-learning-rate/summary.json: run 'deno task study' first\n",
    );
  }));

Deno.test("a plot of lines has each series by its name, and no interval where there is none", () => {
  const svg = drawLines([
    { x: 1, series: "random", mean: 0.7, interval: [0.65, 0.75] },
    { x: 20, series: "random", mean: 0.74, interval: null },
    { x: 20, series: "vocabulary", mean: 0.741, interval: [0.7, 0.78] },
  ], "prompt length");
  for (const text of [">random<", ">vocabulary<", "prompt length", ">20<"]) assertStringIncludes(svg, text);
  assertEquals(svg.match(/<circle/g)?.length, 3);
  assertEquals(svg.match(/<line [^>]*stroke="#/g)?.length, 2);
});

Deno.test("a plot of bars has a panel for each kind of data, and the numbers", () => {
  const svg = drawBars([
    { name: "hard prompt", data: "films", mean: 0.6312, interval: [0.6, 0.66] },
    { name: "hard prompt", data: "products", mean: 0.7, interval: null },
  ]);
  for (const text of [">films<", ">products<", ">63.1<", ">70.0<"]) assertStringIncludes(svg, text);
});

/** A run as the study's tables have it. */
function row(seed: number, length: number, accuracy: number): SummaryRow {
  const test = { examples: 10, accuracy: { value: accuracy, interval: [0, 1] }, macro_f1: accuracy };
  return {
    experiment: "paper",
    variant: "",
    settings: { seed, "prompt.length": length },
    seed,
    status: "complete",
    folder: "",
    metrics: { test } as unknown as NonNullable<SummaryRow["metrics"]>,
  };
}

Deno.test("margins are of as many numbers as there are seeds, and differences are taken within them", () => {
  const rows = [row(0, 1, 0.6), row(0, 5, 0.7), row(1, 1, 0.7), row(1, 5, 0.8), row(1, 5, 0.84)];
  const [one, five] = marginsOf(rows, ({ settings }) => `length ${settings["prompt.length"]}`);
  assertEquals([one!.what, five!.what], ["length 1", "length 5"]);
  assertAlmostEquals(one!.mean, 0.65);
  assertAlmostEquals(five!.mean, 0.76);
  const of = (length: number) => ({ settings }: SummaryRow) => settings["prompt.length"] === length;
  const contrast = contrastOf("5 over 1", rows, of(5), of(1));
  assertAlmostEquals(contrast.mean, 0.11);
  // Student's t with one degree of freedom: 12.706 standard errors of 0.01.
  assertAlmostEquals(contrast.high! - contrast.mean, 0.12706, 1e-5);
});

Deno.test("the majority class of a kind of data is that of its own examples", () => {
  const part = {
    examples: 4,
    accuracy: { value: 0.5, interval: [0.2, 0.8] },
    macro_f1: 0.4,
    per_class: { negative: { support: 1 }, positive: { support: 3 } },
  };
  const metrics = { test: part, transfer: { "customer-reviews": part } } as unknown as MetricsFile;
  const prompt = { ...row(0, 1, 0.5), metrics };
  const bars = baselinesOf({
    hard: metrics,
    prompts: [prompt, prompt],
    together: prompt,
    models: [prompt, prompt],
  });
  assertEquals(bars.length, 10);
  const [majority] = bars;
  assertEquals(majority!.mean, 0.75);
  // F1 of the class that is always named is 2 · 0.75 / 1.75, that of the other 0.
  assertAlmostEquals(majority!.macro_f1, 3 / 7);
});
