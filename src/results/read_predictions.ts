import { createHash } from "node:crypto";
import { TextLineStream } from "@std/streams/text-line-stream";
import { parseJson } from "../base/json_text.ts";
import { LineLimit } from "../disk/line_limit.ts";
import { LINES_LIMIT } from "../disk/read_limited.ts";
import { predictionFault, textPredictionFault } from "./check_scores.ts";
import { damaged, readOwn } from "./damaged_run.ts";
import { RUN_FILES } from "./file_schemas.ts";
import type { KeptPredictions } from "./kept_predictions.ts";
import type { Prediction } from "./predictions.ts";
import type { TextPrediction } from "./run_files.ts";

/** Predictions, and the SHA-256 of their file. */
interface HashedPredictions<One = Prediction> {
  readonly predictions: readonly One[];
  readonly sha256: string;
}

/**
 * A run's predictions, and the hash of their file. The file is read piece by piece: it may exceed the maximum length of a string.
 *
 * @param classes the classes of the run's verbalizer
 * @param kept the predictions that are in memory together
 * @throws {DamagedRun} where the file is missing or damaged
 */
export async function readPredictions(
  file: string,
  classes: readonly string[],
  kept: KeptPredictions,
): Promise<HashedPredictions> {
  return await readEach(file, (value, refuse) => {
    const prediction = RUN_FILES.read(
      "prediction",
      value,
      (what) => refuse(` is not a prediction with probabilities: ${what}`),
    );
    const fault = predictionFault(prediction, classes);
    if (fault !== undefined) throw refuse(`: ${fault}`);
    return kept.keep(prediction);
  });
}

/** The same of a run whose answers are generated. @param classes none where texts are free */
export async function readTextPredictions(
  file: string,
  classes: readonly string[],
  kept: KeptPredictions,
): Promise<HashedPredictions<TextPrediction>> {
  return await readEach(file, (value, refuse) => {
    const prediction = RUN_FILES.read(
      "text_prediction",
      value,
      (what) => refuse(` is not a prediction: ${what}`),
    );
    const fault = textPredictionFault(prediction, classes);
    if (fault !== undefined) throw refuse(`: ${fault}`);
    return kept.keepText(prediction);
  });
}

/** Reads the content of a line; `refuse` makes an error of what is wrong with it. */
type ReadLine<One> = (value: unknown, refuse: (fault: string) => Error) => One;

async function readEach<One>(file: string, read: ReadLine<One>): Promise<HashedPredictions<One>> {
  const found = await readOwn(file, () => predictionsIn(file, read), LINES_LIMIT);
  if (found === undefined) throw damaged(file, "it is missing");
  return found;
}

async function predictionsIn<One>(file: string, read: ReadLine<One>): Promise<HashedPredictions<One>> {
  const opened = await Deno.open(file);
  const asText: TransformStream<BufferSource, string> = new TextDecoderStream("utf-8", { fatal: true });
  const byLine: TransformStream<string, string> = new TextLineStream();
  const found: One[] = [];
  const hash = createHash("sha256");
  const hashing = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      hash.update(chunk);
      controller.enqueue(chunk);
    },
  });
  const text = opened.readable.pipeThrough(hashing).pipeThrough(asText);
  let number = 0;
  for await (const line of text.pipeThrough(new LineLimit()).pipeThrough(byLine)) {
    number++;
    if (line === "") continue;
    let value: unknown;
    try {
      value = parseJson(line);
    } catch {
      throw damaged(file, `line ${number} is not JSON`);
    }
    found.push(read(value, (fault) => damaged(file, `line ${number}${fault}`)));
  }
  return { predictions: found, sha256: hash.digest("hex") };
}
