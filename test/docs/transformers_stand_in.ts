/**
 * What the documents use of transformers.js, with its names of files and keys, so that the tests need not install 475 MB.
 *
 * @module
 */
import { join } from "@std/path";
import { exportedProbabilities } from "../commands/exported.ts";

/** Where models are looked for. */
export const env = { allowRemoteModels: true, localModelPath: "/models/" };

/** The files of each `dtype` in a model's folder `onnx`. */
const FILES = { fp32: "model.onnx", fp16: "model_fp16.onnx", q8: "model_quantized.onnx" };

/** A classifier of texts from a local folder. */
export async function pipeline(
  task: "text-classification",
  name: string,
  { dtype }: { readonly dtype: keyof typeof FILES },
): Promise<(texts: readonly string[]) => Promise<{ readonly label: string; readonly score: number }[]>> {
  if (env.allowRemoteModels) throw new Error(`${task}: ${name} would be looked for on the hub`);
  const folder: string = join(env.localModelPath, name);
  const { id2label } = JSON.parse(await Deno.readTextFile(join(folder, "config.json")));
  return async (texts) => {
    const rows = await exportedProbabilities(folder, texts, { file: join("onnx", FILES[dtype]) });
    return rows.map((row) => {
      const score = Math.max(...row);
      return { label: id2label[row.indexOf(score)], score };
    });
  };
}
