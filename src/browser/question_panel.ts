/// <reference lib="dom" />
import { allDone } from "../base/all_done.ts";
import type { Bilingual } from "../base/bilingual.ts";
import { AskError, askServer } from "./ask_server.ts";
import { element } from "./elements.ts";
import { write } from "./language.ts";
import { PHRASES } from "./phrases.ts";
import type { ServedPrompt, TextsDescription } from "./served_texts.ts";

/** The places of a prompt's answer. */
interface Place {
  readonly prompt: ServedPrompt;
  readonly answer: HTMLElement;
  readonly note: HTMLElement;
}

/** The part of the page that asks the server, with a field for each column and a place for each prompt's answer. */
export class QuestionPanel {
  private readonly fields: ReadonlyMap<string, HTMLTextAreaElement>;
  private readonly places: readonly Place[];
  private readonly askButton = element("ask", HTMLButtonElement);
  private readonly stopButton = element("stop", HTMLButtonElement);
  private interrupt = new AbortController();
  private shown = 0;

  constructor(private readonly about: TextsDescription) {
    this.fields = new Map(about.columns.map((name) => [name, addField(name)]));
    this.places = about.prompts.map(addPlace);
    const exampleButton = element("example", HTMLButtonElement);
    exampleButton.hidden = about.examples.length < 2;
    exampleButton.addEventListener("click", () => this.fill(this.shown + 1));
    this.askButton.addEventListener("click", () => this.ask());
    this.stopButton.addEventListener("click", () => this.interrupt.abort());
    element("fields", HTMLElement).addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.ask();
    });
    this.fill(0);
    this.askButton.disabled = false;
  }

  /** Writes an example into the fields. */
  private fill(index: number): void {
    const { examples } = this.about;
    this.shown = examples.length === 0 ? 0 : index % examples.length;
    for (const [name, field] of this.fields) field.value = examples[this.shown]?.[name] ?? "";
  }

  /** Asks all prompts; what was asked before is left. */
  private async ask(): Promise<void> {
    this.interrupt.abort();
    const own = new AbortController();
    this.interrupt = own;
    this.stopButton.disabled = false;
    const question = Object.fromEntries([...this.fields].map(([name, { value }]) => [name, value]));
    await allDone(this.places.map((place) => answerIn(place, question, own.signal)));
    if (this.interrupt === own) this.stopButton.disabled = true;
  }
}

/** Shows a prompt's answer as it grows, unless another question has taken its place. */
async function answerIn(
  { prompt, answer, note }: Place,
  question: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  answer.textContent = "";
  answer.dataset.done = "no";
  answer.setAttribute("aria-busy", "true");
  note.className = "soft";
  write(note, { en: "", zh: "" });
  try {
    const { generated, predicted, ended_by, truncated } = await askServer(
      prompt.path,
      question,
      signal,
      (piece) => {
        answer.textContent += piece;
      },
    );
    const notes = [
      ...(predicted === undefined ? [] : [classNote(predicted)]),
      ...(truncated > 0 ? [PHRASES.truncated] : []),
      ...(generated.trim() === "" ? [PHRASES.empty_answer] : []),
      ...(ended_by === "length" ? [PHRASES.cut_answer] : []),
    ];
    write(note, { en: notes.map(({ en }) => en).join(" "), zh: notes.map(({ zh }) => zh).join("") });
    answer.dataset.done = "yes";
  } catch (error) {
    if (signal.aborted) write(note, PHRASES.stopped);
    else if (error instanceof AskError) {
      note.className = "trouble";
      write(note, error.text);
    } else throw error;
  } finally {
    answer.setAttribute("aria-busy", "false");
  }
}

/** The class that an answer stands for. */
function classNote(predicted: string | null): Bilingual {
  return predicted === null ? PHRASES.no_class : { en: `Class: ${predicted}.`, zh: `类别：${predicted}。` };
}

/** A field for a column, under its name. */
function addField(name: string): HTMLTextAreaElement {
  const label = document.createElement("label");
  const field = document.createElement("textarea");
  field.id = `field-${name}`;
  field.rows = 2;
  label.htmlFor = field.id;
  write(label, name === "text" ? PHRASES.own_text : { en: name, zh: name });
  element("fields", HTMLElement).append(label, field);
  return field;
}

/** A place for a prompt's answer, under its template. */
function addPlace(prompt: ServedPrompt): Place {
  const place = document.createElement("section");
  const heading = document.createElement("h3");
  const template = document.createElement("code");
  const answer = document.createElement("p");
  const note = document.createElement("p");
  write(heading, prompt.kind === "hard" ? PHRASES.hard_prompt : PHRASES.the_soft_prompt);
  template.textContent = prompt.template;
  answer.className = "answer";
  answer.id = `${prompt.kind}-answer`;
  // It is read out once it is no longer busy, and not piece by piece.
  answer.setAttribute("aria-live", "polite");
  note.setAttribute("role", "status");
  note.id = `${prompt.kind}-note`;
  note.className = "soft";
  place.append(heading, template, answer, note);
  element("answers", HTMLElement).append(place);
  return { prompt, answer, note };
}
