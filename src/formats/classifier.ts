import { join } from "@std/path";
import { bake, type BakedPrompt, type Emitted } from "../compiler/mod.ts";
import { float32Tensor, scalarTensor, type Tensor } from "../device/device.ts";
import type { Calibration } from "../evaluation/recalibration.ts";
import { InputError } from "../experiment/errors.ts";
import { columnsOf, parseTemplate } from "../experiment/template.ts";
import type { Experiment } from "../experiment/types.ts";
import type { ModelCard } from "../model/card.ts";
import { readJson } from "../model/read_json.ts";
import { readRegion } from "../model/read_region.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import { readVerbalizer, verbalizerFeeds } from "../prompt/verbalizer.ts";

/** What a classifier is made of. */
export interface ClassifierParts {
  readonly experiment: Experiment;
  readonly model: { readonly folder: string; readonly card: ModelCard; readonly tokenizer: Tokenizer };
  readonly counting: PositionCounting;
  /** The compiled `predict` graph. */
  readonly predict: Emitted;
  /** What else it takes: a soft prompt, float32 [length, dimension], or a tuned model's weights. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** How its logits are set right. */
  readonly calibration: Calibration;
}

/**
 * A run as a classifier in the hub's layout, which plain ONNX Runtime and transformers.js run: `onnx/model.onnx`,
 * `config.json` with the classes' names, and the tokenizer, told how long a text may be.
 *
 * @throws {InputError} where the template has other columns than `{text}`
 */
export async function classifierFiles(
  { experiment, model, counting, predict, inputs, calibration }: ClassifierParts,
): Promise<Record<string, string | Uint8Array>> {
  const { template: written, length = 0 } = experiment.prompt, template = parseTemplate(written, length);
  if (columnsOf(template).length > 1) {
    throw new InputError(
      `a classifier takes one text, and the template has ${columnsOf(template).join(" and ")}`,
    );
  }
  const { tokenizer, card, folder } = model;
  const encoder = new TemplateEncoder(template, tokenizer, card, counting);
  const { classes, tokens } = readVerbalizer(experiment.verbalizer, tokenizer, experiment.multiTokenWords);
  const feeds = verbalizerFeeds({ tokens }),
    special = [...new Set([...tokenizer.prefix, ...tokenizer.suffix])];
  const { needsSpace, ...frame } = encoder.frame();
  const baked: BakedPrompt = {
    ...frame,
    firstPosition: card.firstPosition,
    special,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, constantOf(tensor)])),
    labelTokens: constantOf(feeds.label_tokens),
    labelWeights: constantOf(feeds.label_weights),
    shift: constantOf(
      float32Tensor(Float32Array.from(classes, (_, c) => calibration.shift?.[c] ?? 0), [classes.length]),
    ),
    temperature: constantOf(scalarTensor(calibration.temperature ?? 1)),
  };
  const config = await readJson(join(folder, "config.json"));
  const tokenizerConfig = await readJson(join(folder, "tokenizer_config.json"));
  const names = Object.fromEntries(classes.map((name, i) => [i, name]));
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  return {
    "onnx/model.onnx": bake(predict, baked, readRegion),
    "config.json": json({
      ...config,
      id2label: names,
      label2id: Object.fromEntries(classes.map((name, i) => [name, i])),
      softprompt: {
        template: written,
        verbalizer: experiment.verbalizer,
        text_needs_leading_space: needsSpace,
      },
    }),
    "tokenizer.json": await Deno.readTextFile(join(folder, "tokenizer.json")),
    "tokenizer_config.json": json({
      ...tokenizerConfig,
      ...(encoder.room !== undefined && { model_max_length: encoder.room + special.length }),
    }),
  };
}

function constantOf({ type, dims, data }: Tensor) {
  return { type, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
