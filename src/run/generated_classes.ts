import type { ClassedAnswer } from "../evaluation/generated_classes.ts";
import type { GeneratedText } from "../generation/decoding.ts";
import { classReader } from "../text_metrics/class_of_text.ts";
import type { PreparedGenerated } from "./prepare.ts";
import type { AskedText } from "./prepare_text.ts";

/** Finds the classes that generated texts stand for, in the order of the examples that they answer. */
export type ClassesOf = (
  generated: readonly Pick<GeneratedText, "text">[],
  examples: readonly Pick<AskedText, "label">[],
) => ClassedAnswer[];

/** What finds the classes of an experiment's generated texts; `undefined` where these are free. */
export function classesOfGenerated({ experiment: { verbalizer } }: PreparedGenerated): ClassesOf | undefined {
  if (verbalizer === undefined) return undefined;
  const classOf = classReader(verbalizer);
  return (generated, examples) =>
    generated.map(({ text }, i) => ({
      label: examples[i]?.label ?? "",
      predicted: classOf(text) ?? null,
    }));
}
