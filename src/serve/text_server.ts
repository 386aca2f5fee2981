import type { ServedPrompt, TextsDescription } from "../browser/served_texts.ts";
import { type AnswerQuestion, asking } from "./ask.ts";
import { SENT_TYPES } from "./sent_types.ts";
import { type ServeOptions, serveSite } from "./site.ts";
import { TEXT_PAGE_CSS, TEXT_PAGE_HTML, TEXT_PAGE_POLICY } from "./text_page_html.ts";

/** A run of generated texts as it is served. */
export interface ServedTexts extends Omit<TextsDescription, "prompts"> {
  readonly prompts: readonly (ServedPrompt & { readonly answerQuestion: AnswerQuestion })[];
}

/**
 * Serves the page of a run of generated texts, and answers its questions and those of other programs, until the signal aborts.
 *
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function serveTexts({ prompts, ...about }: ServedTexts, options: ServeOptions): Promise<void> {
  const description: TextsDescription = {
    ...about,
    prompts: prompts.map(({ kind, template, path }) => ({ kind, template, path })),
  };
  const asked = { count: 0 };
  const posts = new Map(
    prompts.map(({ path, answerQuestion }) => [path, asking(about.columns, answerQuestion, asked)] as const),
  );
  const sent = new Map([
    ["", { content: TEXT_PAGE_HTML, type: SENT_TYPES.html }],
    ["page.css", { content: TEXT_PAGE_CSS, type: SENT_TYPES.css }],
    ["texts.json", { content: JSON.stringify(description), type: SENT_TYPES.json }],
  ]);
  await serveSite({ policy: TEXT_PAGE_POLICY, sent, posts }, options);
}
