import { assertEquals, assertThrows } from "@std/assert";
import { ChatRenderer } from "../../src/prompt/chat_renderer.ts";
import reference from "../fixtures/jinja/reference.json" with { type: "json" };

function rendered(source: string): string {
  const { messages } = reference;
  const values = { messages, tools: null, documents: null, add_generation_prompt: true };
  return new ChatRenderer({ source, file: "", specials: {} }).render(values);
}

Deno.test("chat templates are written as transformers' Jinja writes them", () => {
  for (const [template, text] of reference.written) assertEquals(rendered(template!), text, template);
});

Deno.test("a chat template with something that is not known to be the same is refused", () => {
  for (const template of reference.refused) {
    assertThrows(() => rendered(template), Error, undefined, template);
  }
});

for (
  const [template, reason] of [
    ["{{ 'a' == 'b' == false }}", "it compares three values at once ('==')"],
    ["{{ 2.5|round }}", "the filter 'round' of float, which is not known here"],
    ["{{ ['a'] }}", "it writes a list or an object without 'tojson'"],
    ["{{ messages|join(', ', attribute='role') }}", "the filter 'join' of array with arguments"],
    ["{{ 'a' + 1 }}", "it computes '+' of string and integer"],
    ["{{ nothing.x }}", "it reads 'x' of what is undefined"],
    ["{% for m in messages %}{{ loop.cycle(1, 2) }}{% endfor %}", "it reads 'loop.cycle'"],
    ["{{ 9007199254740991 + 1 }}", "it computes integers of more than 53 bits"],
    ["  {-{{ 1 }}", "it has '{-' after blanks at the start of a line"],
    ["\ufeff{{- 1 }}", "it has a rare blank"],
  ] as const
) {
  Deno.test(`a chat template is refused by name: ${template}`, () => {
    assertThrows(() => rendered(template), Error, reason);
  });
}
