import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { call } from "./softprompt.ts";

/** The predictions of a run's folder. */
export async function answersIn<Answer>(folder: string): Promise<Answer[]> {
  const text = await Deno.readTextFile(join(folder, "predictions.jsonl"));
  return text.trimEnd().split("\n").map((line): Answer => JSON.parse(line));
}

/** Runs an experiment file, which must succeed. @returns what it says */
export async function ran(file: string, results: string): Promise<string> {
  const { code, stdout, stderr } = await call(["run", file, "--results", results]);
  assertEquals(code, 0, stderr);
  return `${stdout}${stderr}`;
}
