import { assertEquals } from "@std/assert";
import { parseTemplate, type Template } from "../../src/experiment/template.ts";
import { chatForm, messagesOf } from "../../src/prompt/chat_form.ts";
import { withExamples, withExampleTurns } from "../../src/prompt/few_shot.ts";

const SHOWN = [{ texts: { text: "a joy" }, answer: "good" }, { texts: { text: "{dull}" }, answer: "bad" }];

/** A template as a file writes it. */
const written = (template: Template) =>
  template.map((piece) =>
    piece.kind === "words" ? piece.words : `{${piece.kind === "column" ? piece.name : piece.kind}}`
  ).join("");
const shown = (template: string, length = 0) => written(withExamples(parseTemplate(template, length), SHOWN));

Deno.test("examples stand before the template's words in its own form, with their answers", () => {
  assertEquals(shown("{text} it was"), "a joy it was good\n\n{dull} it was bad\n\n{text} it was");
  assertEquals(
    shown("Review: {text}\nAnswer: "),
    "Review: a joy\nAnswer: good\n\nReview: {dull}\nAnswer: bad\n\nReview: {text}\nAnswer: ",
  );
  assertEquals(shown("{text} was {mask} ."), "a joy was good .\n\n{dull} was bad .\n\n{text} was {mask} .");
});

Deno.test("examples have no vectors, and come after those that the template begins with", () => {
  assertEquals(shown("{prompt} {text}:", 2), "{prompt} a joy: good\n\n{dull}: bad\n\n{text}:");
  assertEquals(
    shown("{prompt:1} {text} {prompt:1} so", 2),
    "{prompt} a joy so good\n\n{dull} so bad\n\n{text} {prompt} so",
  );
});

Deno.test("without examples a template is what it was", () => {
  const template = parseTemplate("{prompt} {text} it was", 3);
  assertEquals(withExamples(template, []), template);
});

Deno.test("in a chat each example is a turn of its own before the user's last message", () => {
  const source = "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}";
  const messages = messagesOf([{ role: "system", content: "Be brief." }, {
    role: "user",
    content: "{prompt} {text}?",
  }], 1);
  assertEquals(
    written(chatForm(withExampleTurns(messages, SHOWN), { source, file: "", specials: {} }).template),
    "[system]Be brief.\n[user]a joy?\n[assistant]good\n[user]{dull}?\n[assistant]bad\n[user]{prompt} {text}?\n",
  );
});
