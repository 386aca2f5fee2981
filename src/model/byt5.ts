import { contentOf, isObject, type Json } from "./special_tokens.ts";

/** The number of special tokens before those of bytes, … */
const OFFSET = 3;
/** … and that of bytes. */
const BYTES = 256;

/** ByT5's special tokens, by their roles in `tokenizer_config.json`. */
const SPECIAL = [
  { role: "pad_token", content: "<pad>" },
  { role: "eos_token", content: "</s>" },
  { role: "unk_token", content: "<unk>" },
];

/** The sentinels of its pretraining, unless `extra_ids` names another number. */
const EXTRA_IDS = 125;

/** Whether a model's tokenizer is ByT5's, which has no `tokenizer.json`. @param config the content of `tokenizer_config.json` */
export function isByT5({ tokenizer_class }: Json): boolean {
  return tokenizer_class === "ByT5Tokenizer";
}

/**
 * ByT5's tokenizer (Xue et al. 2022) as a `tokenizer.json`: a text's tokens are its bytes in UTF-8, the byte b with the id b + 3, and
 * `</s>` follows. In the format's own steps: bytes are written as letters, and BPE without merges takes each as a token.
 *
 * @param config the content of `tokenizer_config.json`
 */
export function byt5Json(config: Json): Json {
  const added = addedTokens(config);
  const end = contentOf(config.eos_token) ?? "</s>";
  const letters = byteLetters();
  return {
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }],
      pair: [],
      special_tokens: { [end]: { id: end, ids: [1], tokens: [end] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
        // Bytes that are no text are left out, as transformers does.
        { type: "Replace", pattern: { String: "\ufffd" }, content: "" },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: SPECIAL[2]!.content,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      merges: [],
      vocab: Object.fromEntries([
        ...added.map(({ content, id }) => [content, id] as const),
        ...letters.map((letter, byte) => [letter, OFFSET + byte] as const),
      ]),
    },
  };
}

/** A token that is added to the vocabulary. */
interface Added {
  readonly id: number;
  readonly content: string;
  readonly [flag: string]: unknown;
}

/** The tokens that the configuration lists; where it lists none, ByT5's own, of which the first three take the white space beside them. */
function addedTokens(config: Json): Added[] {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const listed = isObject(config.added_tokens_decoder) ? Object.entries(config.added_tokens_decoder) : [];
  const found = listed.flatMap(([id, token]): Added[] => {
    const content = contentOf(token);
    if (content === undefined || !isObject(token)) return [];
    // Without a normalizer, to be looked for in the text before or after it is the same.
    return [{ ...flags, ...token, id: Number(id), content, normalized: false, special: true }];
  });
  if (found.length > 0) return found;
  const named = SPECIAL.map(({ role, content }, id): Added => {
    const given = config[role];
    const strips = isObject(given) ? { lstrip: given.lstrip === true, rstrip: given.rstrip === true } : {
      lstrip: true,
      rstrip: true,
    };
    return { ...flags, ...strips, id, content: contentOf(given) ?? content, special: true };
  });
  const extra = typeof config.extra_ids === "number" && config.extra_ids > 0 ? config.extra_ids : EXTRA_IDS;
  const sentinels = Array.from({ length: extra }, (_, i): Added => ({
    ...flags,
    id: OFFSET + BYTES + i,
    content: `<extra_id_${i}>`,
    special: true,
  }));
  return [...named, ...sentinels];
}

/** The letter that stands for each byte, as GPT-2 writes them: printable Latin-1 for itself, the others from U+0100 on. */
function byteLetters(): string[] {
  let next = 0x100;
  return Array.from({ length: BYTES }, (_, byte) => {
    const isPrintable = byte >= 0x21 && byte <= 0x7e || byte >= 0xa1 && byte <= 0xff && byte !== 0xad;
    return String.fromCodePoint(isPrintable ? byte : next++);
  });
}
