import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import stringWidth from "string-width";
import { withHub } from "../hub/loopback_hub.ts";
import { chineseModel } from "./chinese_model.ts";
import { callProcess, inFolder, readLines } from "./softprompt.ts";

const FILES = ["experiments/chinese/hard.yaml", "experiments/chinese/soft.yaml"];

Deno.test("the Chinese experiments run as they are, on a model of that name from the hub", async () => {
  const table = await Deno.readTextFile("data/reviews-demo/chinese.tsv");
  const texts = table.trim().split("\n").slice(1).map((line) => line.split("\t"))
    .map(([label, text]) => [text!, label === "positive" ? 1 : -1] as const);
  const content = { name: "Xenova/bert-base-chinese", commit: "c".repeat(40), files: chineseModel(texts) };
  await inFolder((folder) =>
    withHub([content], async ({ url }) => {
      const results: string = join(folder, "results");
      const env = { HF_ENDPOINT: url, HF_HOME: folder };
      const { code, stdout, stderr } = await callProcess(["run", ...FILES, "--results", results], env);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, "chinese-soft");
      const hard = await readLines(join(results, "chinese-hard/predictions.jsonl"));
      const right = hard.filter(({ label, predicted }) => label === predicted).length;
      assertEquals(hard.length, 6);
      assertEquals(right >= 5, true, `the model knows its characters: ${right} of 6`);
      const history = await readLines(join(results, "chinese-soft/history.jsonl"));
      assertEquals(Number(history.at(-1)!.loss) < Number(history[0]!.loss), true);
      const samples = await Deno.readTextFile(join(results, "chinese-soft/samples.md"));
      assertStringIncludes(samples, "故事老套，但演员救了这部片子");
      const { vectors } = JSON.parse(await Deno.readTextFile(join(results, "chinese-soft/neighbours.json")));
      assertEquals(/^[\p{Script=Han}？。，]$/u.test(vectors[0].nearest[0].token), true);
      const report = await Deno.readTextFile(join(results, "chinese-soft/report.html"));
      assertEquals(["准确率", "故事老套"].filter((word) => !report.includes(word)), []);
      const said = await callProcess(
        ["predict", join(results, "chinese-soft"), "配乐动人", "--results", results],
        env,
      );
      assertEquals(said.code, 0, said.stderr);
      assertEquals(JSON.parse(said.stdout).text, "配乐动人");
    })
  );
});

Deno.test("tables are aligned by the width that characters have on a screen", async () => {
  const { tableLines } = await import("../../src/terminal/table.ts");
  const lines = tableLines(["名称", "accuracy"], [["情感分析", "75%"], ["abc", "8%"]]);
  const before = (line: string, cell: string) => stringWidth(line.slice(0, line.indexOf(cell)));
  assertEquals(
    [before(lines[0]!, "accuracy"), before(lines[2]!, "75%"), before(lines[3]!, "8%")],
    [10, 10, 10],
  );
});
