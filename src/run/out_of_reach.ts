import { counted } from "../base/counted.ts";
import { placed } from "../dataset/example.ts";
import type { TextExperiment } from "../experiment/text_types.ts";
import type { GenerationRules } from "../model/generation_rules.ts";
import type { TextReader } from "../model/text_reader.ts";
import { isExactMatch } from "../text_metrics/exact_match.ts";
import { generates } from "./generates.ts";
import type { AskedText } from "./prepare_text.ts";
import type { TextTargets } from "./text_targets.ts";

/** Texts of which no right answer can be generated whole, so that none is an exact match. */
export interface OutOfReach {
  /** The number of texts whose answers hold a token that ends texts, before their end, … */
  readonly ended: number;
  /** … of those whose answers hold a stop string, … */
  readonly stopped: number;
  /** … and of those whose answers have more tokens than are generated. */
  readonly tooLong: number;
}

/** What is known of an experiment's answers. */
interface Answers {
  readonly experiment: TextExperiment;
  readonly reader: Pick<TextReader, "tokenizer" | "tokens">;
  readonly targets: Pick<TextTargets, "encoder" | "end">;
  readonly rules: Pick<GenerationRules, "forcedLastIds"> | undefined;
}

/** Counts the texts of which no right answer can be generated whole: each would be cut to another one. */
export function outOfReach(
  { experiment, reader: { tokenizer, tokens: { ends } }, targets: { encoder, end }, rules }: Answers,
  examples: readonly AskedText[],
): OutOfReach {
  const { evaluation } = experiment;
  if (!("generate" in evaluation) || !generates(experiment)) return { ended: 0, stopped: 0, tooLong: 0 };
  const { stop, maxTokens } = evaluation.generate;
  // The last token may be one that the model's files ask for.
  const room = maxTokens - (rules?.forcedLastIds === undefined ? 0 : 1);
  const cutBy = (example: AskedText) => (target: string): keyof OutOfReach | undefined => {
    const all = encoder.targetTokens(placed(example), target);
    const ids = end === undefined ? all : all.slice(0, -1);
    const whole = tokenizer.decode(ids);
    const isOther = (kept: string) => !isExactMatch(kept, whole);
    const last = ids.findIndex((id) => ends.includes(id));
    if (last >= 0 && isOther(tokenizer.decode(ids.slice(0, last)))) return "ended";
    if (isOther(beforeStop(whole, stop))) return "stopped";
    return ids.length > room && isOther(tokenizer.decode(ids.slice(0, room))) ? "tooLong" : undefined;
  };
  const found = { ended: 0, stopped: 0, tooLong: 0 };
  for (const example of examples) {
    const why = cutBy(example);
    const [first, ...others] = example.targets;
    const reason = why(first);
    if (reason !== undefined && others.every((target) => why(target) !== undefined)) found[reason]++;
  }
  return found;
}

/** What generating leaves of a text: all before the first stop string. */
function beforeStop(text: string, stop: readonly string[]): string {
  const found = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
  return text.slice(0, Math.min(text.length, ...found));
}

/** The number of all of them. */
export function countOutOfReach({ ended, stopped, tooLong }: OutOfReach): number {
  return ended + stopped + tooLong;
}

/** The warning about them; `undefined` where there are none. @param of the number of texts */
export function outOfReachWarning(found: OutOfReach, of: number): string | undefined {
  const all = countOutOfReach(found);
  if (all === 0) return undefined;
  const { ended, stopped, tooLong } = found;
  const reasons = [
    ...(ended > 0 ? [`${ended} because of a token in it that ends texts (take it out of the data)`] : []),
    ...(stopped > 0 ? [`${stopped} because of a stop string in it (change 'evaluation.generate.stop')`] : []),
    ...(tooLong > 0 ? [`${tooLong} because of its length (raise 'evaluation.generate.maxTokens')`] : []),
  ];
  return `the right answer to ${
    counted(all, "text")
  } of ${of} cannot be generated whole, so that what is generated is no exact match: ${reasons.join(", ")}`;
}
