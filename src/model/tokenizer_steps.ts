import { isObject, type Json, objectsOf } from "./special_tokens.ts";

/**
 * The steps of a `tokenizer.json` that put a space before a text: a normalizer that prepends one (LLaMA's), or the first
 * pre-tokenizer (Metaspace, ByteLevel). One that comes after a split marks the words of a text instead.
 */
export interface BlankSteps {
  /** Whether a normalizer prepends something, whatever the text begins with. */
  readonly prepends: boolean;
  /** Whether the pre-tokenizer puts a space before a text that has none. */
  readonly prefixes: boolean;
}

/** The steps of a tokenizer that put a space before a text. */
export function blankSteps({ normalizer, pre_tokenizer }: Json): BlankSteps {
  const first = firstStep(pre_tokenizer);
  return {
    prepends: stepsOf(normalizer, "normalizers").some(({ type }) => type === "Prepend"),
    prefixes: first !== undefined &&
      (first.type === "Metaspace" ? schemeOf(first) !== "never" : first.add_prefix_space === true),
  };
}

/** The same tokenizer for text after other words: nothing is put before it. */
export function continuing(tokenizer: Json): Json {
  const { normalizer, pre_tokenizer } = tokenizer;
  const steps = stepsOf(normalizer, "normalizers").filter(({ type }) => type !== "Prepend");
  return {
    ...tokenizer,
    normalizer: steps.length === 0 ? null : { type: "Sequence", normalizers: steps },
    pre_tokenizer: withFirst(pre_tokenizer, (step) => {
      if (step.type === "Metaspace") return { ...without(step, "add_prefix_space"), prepend_scheme: "never" };
      return "add_prefix_space" in step ? { ...step, add_prefix_space: false } : step;
    }),
  };
}

/**
 * The tokenizer with steps before its own normalizer.
 *
 * @param steps normalizers, as `tokenizer.json` has them
 */
export function preceded(tokenizer: Json, steps: readonly Json[]): Json {
  if (steps.length === 0) return tokenizer;
  const normalizers = [...steps, ...stepsOf(tokenizer.normalizer, "normalizers")];
  return { ...tokenizer, normalizer: { type: "Sequence", normalizers } };
}

/**
 * The tokenizer with a step after its own pre-tokenizer.
 *
 * @param step a pre-tokenizer, as `tokenizer.json` has it
 */
export function unlessFollowedBy(tokenizer: Json, step: Json): Json {
  const pretokenizers = [...stepsOf(tokenizer.pre_tokenizer, "pretokenizers"), step];
  return { ...tokenizer, pre_tokenizer: { type: "Sequence", pretokenizers } };
}

/** When Metaspace puts a space before a text; the older key is `add_prefix_space`. */
export function schemeOf({ prepend_scheme, add_prefix_space }: Json): unknown {
  return add_prefix_space === false ? "never" : prepend_scheme ?? "always";
}

/** An object without one of its keys. */
export function without(object: Json, key: string): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** A step, or those of a sequence, however deep. */
function stepsOf(step: unknown, key: "normalizers" | "pretokenizers"): Json[] {
  if (!isObject(step)) return [];
  return step.type === "Sequence" ? objectsOf(step[key]).flatMap((one) => stepsOf(one, key)) : [step];
}

function firstStep(preTokenizer: unknown): Json | undefined {
  return stepsOf(preTokenizer, "pretokenizers")[0];
}

function withFirst(preTokenizer: unknown, change: (step: Json) => Json): unknown {
  const [first, ...rest] = stepsOf(preTokenizer, "pretokenizers");
  return first === undefined ? preTokenizer : { type: "Sequence", pretokenizers: [change(first), ...rest] };
}
