import { join } from "@std/path";

/** A sample of lm-evaluation-harness. @param changes other fields */
export function lmEvalSample(
  id: number,
  score: unknown,
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    doc_id: id,
    doc: { question: `question ${id}` },
    target: `answer ${id}`,
    arguments: {},
    resps: [["an answer"]],
    filtered_resps: ["an answer"],
    filter: "none",
    metrics: ["acc"],
    acc: score,
    ...changes,
  };
}

const DATE = "2026-01-31T12-00-00.000000";

/** Writes the samples of a task of lm-evaluation-harness, as Python does, and its results where directions are given. */
export async function writeLmEval(
  folder: string,
  samples: readonly unknown[],
  { task = "sums", date = DATE, higher }: {
    readonly task?: string;
    readonly date?: string;
    readonly higher?: Readonly<Record<string, boolean>>;
  } = { higher: { acc: true } },
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const lines = samples.map((one) => `${pythonJson(one)}\n`).join("");
  await Deno.writeTextFile(join(folder, `samples_${task}_${date}.jsonl`), lines);
  if (higher !== undefined) {
    await Deno.writeTextFile(
      join(folder, `results_${date}.json`),
      JSON.stringify({
        results: {},
        configs: {},
        versions: { [task]: 1 },
        higher_is_better: { [task]: higher },
        model_name: "model",
      }),
    );
  }
  return folder;
}

/** JSON in which NaN stands, as Python writes it. */
function pythonJson(value: unknown): string {
  return JSON.stringify(value, (_, one) => typeof one === "number" && Number.isNaN(one) ? "@NaN" : one)
    .replaceAll('"@NaN"', "NaN");
}

/** A result of promptfoo. @param changes other fields */
export function promptfooResult(
  test: number,
  isRight: boolean,
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  const vars = { question: `question ${test}` };
  return {
    promptIdx: 0,
    testIdx: test,
    provider: { id: "example:chat" },
    prompt: { raw: `Answer: question ${test}`, label: "Answer: {{question}}" },
    vars,
    testCase: { vars, assert: [{ type: "equals", value: `answer ${test}` }] },
    success: isRight,
    score: isRight ? 1 : 0,
    namedScores: {},
    failureReason: isRight ? 0 : 1,
    gradingResult: { pass: isRight, score: isRight ? 1 : 0, reason: "" },
    ...changes,
  };
}

/** Writes what `promptfoo eval --output` writes. */
export async function writePromptfoo(file: string, results: readonly unknown[]): Promise<string> {
  const content = { evalId: "eval", results: { version: 3, prompts: [], results, stats: {} }, config: {} };
  await Deno.writeTextFile(file, JSON.stringify(content));
  return file;
}

/** A sample of inspect_ai. @param changes other fields */
export function inspectSample(
  id: number | string,
  value: unknown,
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id,
    epoch: 1,
    input: `question ${id}`,
    target: `answer ${id}`,
    scores: { match: { value, answer: "an answer" } },
    ...changes,
  };
}

/** Writes a log of inspect_ai. @param changes other fields of the log */
export async function writeInspect(
  file: string,
  samples: readonly unknown[],
  changes: Record<string, unknown> = {},
): Promise<string> {
  const log = {
    version: 2,
    status: "success",
    eval: { task: "sums", model: "example/chat" },
    samples,
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(log));
  return file;
}
