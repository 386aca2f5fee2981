import { InputError } from "../base/errors.ts";
import { message, type MessagePart, ofFile } from "../base/message.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The ids before and after every text. */
export interface SpecialsAround {
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
}

const NOTHING: SpecialsAround = { prefix: [], suffix: [] };

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a list; none if it is not a list. */
export function objectsOf(list: unknown): readonly Json[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/**
 * The special tokens around every text, read from the `post_processor` of its `tokenizer.json`.
 *
 * @throws {InputError} where it does anything but put tokens around one text
 */
export function specialsAround(postProcessor: unknown): SpecialsAround {
  if (!isObject(postProcessor)) return NOTHING;
  switch (postProcessor.type) {
    case "ByteLevel":
      return NOTHING;
    case "BertProcessing":
    case "RobertaProcessing":
      return { prefix: [idOf(postProcessor.cls)], suffix: [idOf(postProcessor.sep)] };
    case "Sequence":
      return objectsOf(postProcessor.processors).map(specialsAround).reduce(
        (inner, { prefix, suffix }) => ({
          prefix: [...prefix, ...inner.prefix],
          suffix: [...inner.suffix, ...suffix],
        }),
        NOTHING,
      );
    case "TemplateProcessing":
      return ofTemplate(postProcessor);
    default:
      throw unfit(`its type is ${String(postProcessor.type)}`);
  }
}

/** `["[CLS]", 101]` */
function idOf(token: unknown): number {
  const id: unknown = Array.isArray(token) ? token[1] : undefined;
  if (typeof id !== "number") throw unfit(`it names a token by ${JSON.stringify(token)}`);
  return id;
}

function ofTemplate({ single, special_tokens }: Json): SpecialsAround {
  const pieces = objectsOf(single);
  const tokens = isObject(special_tokens) ? special_tokens : {};
  const text = pieces.findIndex((piece) => "Sequence" in piece);
  if (text < 0 || pieces.filter((piece) => "Sequence" in piece).length > 1) {
    throw unfit("its template does not hold the text once");
  }
  const ids = (part: readonly Json[]) =>
    part.flatMap(({ SpecialToken: token }) => {
      const name = isObject(token) ? token.id : undefined;
      const special = typeof name === "string" ? tokens[name] : undefined;
      if (!isObject(special) || !Array.isArray(special.ids)) {
        throw unfit(message`its template has ${ofFile(JSON.stringify(name))} without its ids`);
      }
      return special.ids.map(Number);
    });
  return { prefix: ids(pieces.slice(0, text)), suffix: ids(pieces.slice(text + 1)) };
}

function unfit(why: MessagePart): InputError {
  return new InputError(
    message`the model's tokenizer.json has a post_processor that cannot be used (${why}): use the one that belongs to the model`,
  );
}

/** A special token is named by a string, or by an object around it. */
export function contentOf(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  return isObject(token) && typeof token.content === "string" ? token.content : undefined;
}

/**
 * The token with a role, such as `mask` or `pad`: by its name in the configuration, by its id there, else the
 * special token of `tokenizer.json` with that name in brackets of any kind (`[MASK]`, `<mask>`, `<|mask|>`).
 *
 * @param config the merged content of the files next to `tokenizer.json`
 */
export function namedToken(
  name: "mask" | "pad",
  { added_tokens }: Json,
  config: Json,
  tokenOf: (id: number) => string | undefined,
): string | undefined {
  const id = config[`${name}_token_id`];
  const spelled = objectsOf(added_tokens).filter(({ special }) => special === true)
    .map(contentOf).find((content) => content?.toLowerCase().replaceAll(/[^a-z]/g, "") === name);
  return contentOf(config[`${name}_token`]) ?? (typeof id === "number" ? tokenOf(id) : undefined) ?? spelled;
}
