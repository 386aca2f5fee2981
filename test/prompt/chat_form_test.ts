import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { ConfigValueError } from "../../src/base/errors.ts";
import { chatForm, messagesOf } from "../../src/prompt/chat_form.ts";
import reference from "../fixtures/chat_templates/reference.json" with { type: "json" };

const { specials } = reference;

/** Today as `strftime("%d %b %Y")` writes it. */
const today = new Date().toDateString().replace(/^\w+ (\w+) (\d+) (\d+)$/, "$2 $1 $3");

/** A chat's text with a column's value in its place. */
function filled(form: ReturnType<typeof chatForm>, text: string): string {
  return form.template.map((piece) =>
    piece.kind === "words" ? piece.words : piece.kind === "column" ? text : ""
  ).join("");
}

for (const { name, template, chat, texts, answered } of reference.cases) {
  Deno.test(`a chat is written as transformers' apply_chat_template writes it: ${name}`, () => {
    const read = () => chatForm(messagesOf(chat, 0), { source: template, file: "", specials });
    const [first] = texts;
    if (typeof first === "object") {
      assertThrows(read, ConfigValueError, `the model's chat template refuses the messages (${first.error})`);
      return;
    }
    const form = read();
    for (const [i, text] of reference.texts.entries()) {
      assertEquals(filled(form, text), String(texts[i]).replace("@DATE@", today));
    }
    assertEquals(
      `${filled(form, reference.texts[0]!)}${form.lead}good${form.end}`,
      String(answered).replace("@DATE@", today),
    );
  });
}

const PLAIN =
  "{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

Deno.test("the places of the vectors are those in the message, and what stands before an answer is the model's own", () => {
  const chat = [{ role: "system", content: "{prompt:2}Be brief." }, {
    role: "user",
    content: "{prompt:3} {text}?",
  }];
  const { template, lead, end } = chatForm(messagesOf(chat, 5), { source: PLAIN, file: "", specials: {} });
  assertEquals(template, [
    { kind: "words", words: "[system] " },
    { kind: "prompt", length: 2 },
    { kind: "words", words: "Be brief.\n[user] " },
    { kind: "prompt", length: 3 },
    { kind: "words", words: " " },
    { kind: "column", name: "text" },
    { kind: "words", words: "?\n[assistant]" },
  ]);
  assertEquals([lead, end], [" ", "\n"]);
});

for (
  const [what, source, message] of [
    ["is no Jinja", "{% for m in messages %}", "the model's chat template cannot be read ("],
    [
      "drops the vectors' place",
      "{{ messages[0].content.split(' ')[1] }}",
      "leaves out the message with {prompt}",
    ],
    ["drops the text", "{{ messages[0].content.split(' ')[0] }}", "leaves out the message with {text}"],
    [
      "repeats a message",
      "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}",
      "writes 2 times the message with {prompt}",
    ],
    [
      "depends on the texts",
      "{{ messages[0].content }}{{ messages[0].content | length }}",
      "changes with the texts in it",
    ],
    ["escapes as JSON does", "{{ messages[0].content | tojson }}", "changes with the texts in it"],
    [
      "joins empty lines",
      "{{ messages[0].content.replace('\\n\\n', '\\n') }}",
      "changes with the texts in it",
    ],
    ["joins lines", "{{ messages[0].content.replace('\\n', ' ') }}", "changes with the texts in it"],
    [
      "breaks a loop",
      "{% for m in messages %}{{ m.content }}{% break %}{% endfor %}",
      "has {% break %} or {% continue %}",
    ],
  ] as const
) {
  Deno.test(`a chat template that ${what} is refused`, () => {
    const chat = [{ role: "user", content: "{prompt} {text}" }];
    assertThrows(
      () => chatForm(messagesOf(chat, 2), { source, file: "", specials: {} }),
      ConfigValueError,
      message,
    );
  });
}

Deno.test("a chat template with carriage returns is that with line feeds alone", () => {
  const source = "{% for m in messages %}\n[{{ m.role }}]\n{{ m.content }}\n{% endfor %}\n{{ '\n' }}";
  const form = (source: string) =>
    chatForm(messagesOf([{ role: "user", content: "{text}" }], 0), { source, file: "", specials: {} });
  assertEquals(form(source.replaceAll("\n", "\r\n")), form(source));
});

Deno.test("a chat with many long examples is rendered, whose messages the chat template looks up at each turn", () => {
  const turn =
    "{% set before = messages[loop.index0 - 1] %}{% if messages[loop.index0 - 1].role != before.role %}x{% endif %}";
  const source = `{% for m in messages %}${turn.repeat(4)}{{ m.content }}{% endfor %}`;
  const examples = Array.from(
    { length: 128 },
    (_, i) => ({ role: i % 2 ? "assistant" : "user", content: "long ".repeat(100) }),
  );
  const chat = [...examples, { role: "user", content: "{text}" }];
  const { template } = chatForm(messagesOf(chat, 0), { source, file: "", specials: {} });
  assertEquals(template.length, 2);
});

const DOUBLED = "{% set l = [l, l] %}".repeat(60);

for (
  const [what, source] of [
    ["two nested loops", "{% for i in range(10000) %}{% for j in range(10000) %}{% endfor %}{% endfor %}"],
    [
      "a macro that calls itself twice",
      "{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) ~ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    ],
    ["a text that doubles", `{% set l = 'a' %}${"{% set l = l ~ l %}".repeat(28)}{{ l | upper }}`],
    ["a list that holds itself twice, and so on", `{% set l = [1] %}${DOUBLED}{{ l | tojson }}`],
    ["a long range", "{{ range(1000000000) | length }}"],
    ["many blanks", " ".repeat(1_000_000)],
  ] as const
) {
  Deno.test(`a chat template that does not end in time is refused with its file's name: ${what}`, () => {
    const chat = [{ role: "user", content: "{text}" }];
    const begun = performance.now();
    assertThrows(
      () => chatForm(messagesOf(chat, 0), { source, file: "tokenizer_config.json", specials: {} }),
      ConfigValueError,
      "the chat template in the model's tokenizer_config.json ",
    );
    assertLess(performance.now() - begun, 20_000);
  });
}
