import { InputError } from "../base/errors.ts";
import { type Message, message, ofFile } from "../base/message.ts";
import { isObject, type Json, objectsOf } from "./special_tokens.ts";
import { schemeOf, without } from "./tokenizer_steps.ts";

/** GPT-2's pattern for splitting a text into words. */
const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Chinese characters beyond the first 65,536 of Unicode, as BERT's normalizer in Hugging Face's own tokenizers has them. */
const FAR_CHINESE =
  "[\\x{20000}-\\x{2a6df}\\x{2a700}-\\x{2b73f}\\x{2b740}-\\x{2b81f}\\x{2b920}-\\x{2ceaf}\\x{2f800}-\\x{2fa1f}]";

const PUNCTUATION = "\\p{P}\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e";

/** The characters of words, for the step `Whitespace`. */
const LETTERS = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200c}\\x{200d}";

/** The defaults of a `tokenizer.json`. */
const LEFT_OUT = {
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  added_tokens: [],
};

/**
 * A `tokenizer.json` rewritten so that @huggingface/tokenizers behaves as Hugging Face's own tokenizers do with the original: steps
 * that the library implements differently are replaced by equivalent ones.
 *
 * @throws {InputError} on steps without an equivalent
 */
export function forLibrary(tokenizer: Json): Json {
  const { model, normalizer, pre_tokenizer } = tokenizer;
  const prefix = isObject(model) && "merges" in model ? model.continuing_subword_prefix : undefined;
  if (typeof prefix === "string" && prefix !== "") {
    throw lacking(message`BPE with continuing_subword_prefix '${ofFile(prefix)}'`);
  }
  return {
    ...LEFT_OUT,
    ...tokenizer,
    normalizer: isObject(normalizer) ? libraryNormalizer(normalizer) : null,
    pre_tokenizer: isObject(pre_tokenizer) ? libraryPreTokenizer(pre_tokenizer) : null,
  };
}

function lacking(what: Message): InputError {
  return new InputError(
    message`the model's tokenizer.json cannot be used: it has ${what}, which @huggingface/tokenizers does not have`,
  );
}

function libraryNormalizer(step: Json): Json {
  // Hugging Face's own lowercase letter by letter, without an exception for a sigma at a word's end.
  const sigma = { type: "Replace", pattern: { String: "Σ" }, content: "σ" };
  switch (step.type) {
    case "Sequence":
      return { ...step, normalizers: objectsOf(step.normalizers).map(libraryNormalizer) };
    case "Replace":
      return { ...step, content: String(step.content).replaceAll("$", "$$$$") };
    case "Lowercase":
      return { type: "Sequence", normalizers: [sigma, step] };
    case "BertNormalizer": {
      const chinese = { type: "Replace", pattern: { Regex: FAR_CHINESE }, content: " $& " };
      const before = [
        ...(step.lowercase === true ? [sigma] : []),
        ...(step.handle_chinese_chars === true ? [chinese] : []),
      ];
      return { type: "Sequence", normalizers: [...before, step] };
    }
    default:
      return step;
  }
}

function libraryPreTokenizer(step: Json): Json {
  switch (step.type) {
    case "Sequence":
      return { ...step, pretokenizers: objectsOf(step.pretokenizers).map(libraryPreTokenizer) };
    case "Metaspace":
      return libraryMetaspace(step);
    case "ByteLevel": {
      if (step.use_regex === false) return step;
      const blank = { type: "Metaspace", replacement: " ", prepend_scheme: "always" };
      const bytes = { ...step, add_prefix_space: false, use_regex: false };
      return inTurn([...(step.add_prefix_space === true ? [blank] : []), matches(GPT2_WORDS), bytes]);
    }
    case "BertPreTokenizer":
      return matches(`[^\\s${PUNCTUATION}]+|[${PUNCTUATION}]`);
    case "Whitespace":
      return matches(`[${LETTERS}]+|[^${LETTERS}\\s]+`);
    case "WhitespaceSplit":
      return matches("\\S+");
    case "Digits":
      return cutRegex("\\p{N}", step.individual_digits === true ? "Isolated" : "Contiguous");
    case "Punctuation":
      return cutRegex(`[${PUNCTUATION}]`, step.behavior ?? "Isolated");
    case "Split":
      return librarySplit(step);
    default:
      return step;
  }
}

function libraryMetaspace(step: Json): Json {
  const metaspace = { ...without(step, "add_prefix_space"), prepend_scheme: schemeOf(step) };
  if (step.split === false) return metaspace;
  const blank = String(step.replacement ?? "▁").codePointAt(0)!.toString(16);
  return inTurn([metaspace, cutRegex(`\\x{${blank}}`, "MergedWithNext")]);
}

function librarySplit(step: Json): Json {
  const { pattern, behavior, invert } = step;
  if (behavior === "Isolated") return { ...step, invert: false };
  if (behavior === "Removed") return step;
  const regex = isObject(pattern) && typeof pattern.Regex === "string"
    ? pattern.Regex
    : isObject(pattern) && typeof pattern.String === "string"
    ? pattern.String.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
    : undefined;
  if (regex === undefined || invert === true && behavior !== "Contiguous") {
    throw lacking(message`the step ${ofFile(JSON.stringify(step))}`);
  }
  return cutRegex(regex, behavior);
}

function inTurn(pretokenizers: readonly Json[]): Json {
  return { type: "Sequence", pretokenizers };
}

/** Splits a text into the matches of a pattern. */
function matches(regex: string): Json {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true };
}

/** Splits a text at the matches of a pattern. */
function cutRegex(regex: string, behavior: unknown): Json {
  const found = `(?:${regex})`;
  const other = `(?:(?!${found})[\\s\\S])`;
  switch (behavior) {
    case "Removed":
      return matches(`${other}+`);
    case "Isolated":
      return matches(`${found}|${other}+`);
    case "Contiguous":
      return matches(`${found}+|${other}+`);
    case "MergedWithPrevious":
      return matches(`${other}*${found}|${other}+`);
    case "MergedWithNext":
      return matches(`${found}${other}*|${other}+`);
    default:
      throw lacking(message`the behavior ${ofFile(JSON.stringify(behavior))} of a split`);
  }
}
