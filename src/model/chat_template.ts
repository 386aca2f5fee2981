import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { JSON_LIMIT, readTextLimited } from "../disk/read_limited.ts";
import { readTokenizerConfig, TOKENIZER_CONFIG } from "./read_tokenizer.ts";
import { contentOf, objectsOf } from "./special_tokens.ts";

/** How a chat model wants messages to be written: a template in Jinja. */
export interface ChatTemplate {
  readonly source: string;
  /** The name of the file that it stands in. */
  readonly file: string;
  /** The special tokens that it may name, such as `bos_token`, as texts. */
  readonly specials: Readonly<Record<string, string>>;
}

/** The file of a chat template; models of earlier years have it in `tokenizer_config.json`. */
export const CHAT_TEMPLATE_FILE = "chat_template.jinja";

/** The template that is taken where a model has several. */
const DEFAULT = "default";

/**
 * Reads a model's chat template: that of `chat_template.jinja`, else of `tokenizer_config.json`; of several, the one called `default`.
 *
 * @throws {InputError} where it has none
 */
export async function readChatTemplate(folder: string): Promise<ChatTemplate> {
  const config = await readTokenizerConfig(folder, ["special_tokens_map.json", TOKENIZER_CONFIG]);
  const listed = objectsOf(config.chat_template).find(({ name }) => name === DEFAULT)?.template;
  const own = await ownFile(join(folder, CHAT_TEMPLATE_FILE));
  const [source] = [own, config.chat_template, listed].filter((one) => typeof one === "string");
  if (source === undefined) {
    throw new InputError(
      `the model has no chat template (neither ${CHAT_TEMPLATE_FILE} nor 'chat_template' in ${TOKENIZER_CONFIG}): use a model that was tuned for chats, or write 'prompt.template' as words`,
    );
  }
  const specials = Object.entries(config).flatMap(([name, token]) => {
    const content = name.endsWith("_token") ? contentOf(token) : undefined;
    return content === undefined ? [] : [[name, content] as const];
  });
  return {
    source,
    file: own === undefined ? TOKENIZER_CONFIG : CHAT_TEMPLATE_FILE,
    specials: Object.fromEntries(specials),
  };
}

async function ownFile(path: string): Promise<string | undefined> {
  try {
    return await readTextLimited(path, JSON_LIMIT);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
