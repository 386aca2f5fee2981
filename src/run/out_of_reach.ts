import { counted } from "../base/counted.ts";
import { placed } from "../dataset/example.ts";
import type { TextExperiment } from "../experiment/text_types.ts";
import type { GenerationRules } from "../model/generation_rules.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { scoreText } from "../text_metrics/score_text.ts";
import { generates } from "./generates.ts";
import type { AskedText } from "./prepare_text.ts";
import type { TextTargets } from "./text_targets.ts";

/** Texts of which no right answer can be generated whole, so that none is an exact match. */
export interface OutOfReach {
  /** The number of texts whose answers hold a stop string, … */
  readonly stopped: number;
  /** … and of those whose answers have more tokens than are generated. */
  readonly tooLong: number;
}

/** What is known of an experiment's answers. */
interface Answers {
  readonly experiment: TextExperiment;
  readonly tokenizer: Tokenizer;
  readonly targets: Pick<TextTargets, "encoder" | "end">;
  readonly rules: Pick<GenerationRules, "forcedLastIds"> | undefined;
}

/** Counts the texts of which no right answer can be generated whole: each would be cut to another one. */
export function outOfReach(
  { experiment, tokenizer, targets: { encoder, end }, rules }: Answers,
  examples: readonly AskedText[],
): OutOfReach {
  const { evaluation } = experiment;
  if (!("generate" in evaluation) || !generates(experiment)) return { stopped: 0, tooLong: 0 };
  const { stop, maxTokens } = evaluation.generate;
  // The last token may be one that the model's files ask for.
  const room = maxTokens - (rules?.forcedLastIds === undefined ? 0 : 1);
  const cutBy = (example: AskedText) => (target: string): keyof OutOfReach | undefined => {
    const all = encoder.targetTokens(placed(example), target);
    const ids = end === undefined ? all : all.slice(0, -1);
    const whole = tokenizer.decode(ids);
    const isOther = (kept: string) => scoreText(kept, [whole]).exact_match === 0;
    if (isOther(beforeStop(whole, stop))) return "stopped";
    return ids.length > room && isOther(tokenizer.decode(ids.slice(0, room))) ? "tooLong" : undefined;
  };
  const found = { stopped: 0, tooLong: 0 };
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

/** The warning about them; `undefined` where there are none. @param of the number of texts */
export function outOfReachWarning({ stopped, tooLong }: OutOfReach, of: number): string | undefined {
  if (stopped + tooLong === 0) return undefined;
  const reasons = [
    ...(stopped > 0 ? [`${stopped} because of a stop string in it (change 'evaluation.generate.stop')`] : []),
    ...(tooLong > 0 ? [`${tooLong} because of its length (raise 'evaluation.generate.maxTokens')`] : []),
  ];
  return `the right answer to ${
    counted(stopped + tooLong, "text")
  } of ${of} cannot be generated whole, so that what is generated is no exact match: ${reasons.join(", ")}`;
}
