import { Environment, parse, tokenize } from "@huggingface/jinja";
import { assertEquals, assertThrows } from "@std/assert";
import { JinjaInterpreter } from "../../src/prompt/jinja_interpreter.ts";

function rendered(source: string): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries({ true: true, false: false, none: null, text: "" })) {
    environment.set(name, value);
  }
  return String(new JinjaInterpreter(environment).run(parse(tokenize(source))).value);
}

// What jinja2 3.1 writes.
for (
  const [source, written] of [
    ["{% if text != false %}other{% endif %}", "other"],
    ["{% if text == false or 1 == '1' or none == false %}{% else %}other{% endif %}", "other"],
    [
      "{% if 1 == true and [] == [] and [1, [2]] == [1, [2]] and {'a': 1} == {'a': 1} %}same{% endif %}",
      "same",
    ],
    ["{% if [1] == [2] or {'a': 1} == {'b': 1} or none == nothing %}{% else %}other{% endif %}", "other"],
    [
      "[{{ '\n a \n'.strip('\n') }}|{{ 'xyax'.lstrip('yx') }}|{{ 'a\n\n'.rstrip('\n') }}|{{ ' a '.strip() }}|{{ '😀-a]^😀'.strip('😀]^-') }}|{{ 'xx'.strip('x') }}]",
      "[ a |ax|a|a|a|]",
    ],
    ["{{ true }} {{ 1 == 2 }} {{ none }}{{ nothing }}", "True False None"],
  ] as const
) {
  Deno.test(`a chat template has Jinja's results where JavaScript has others: ${source.slice(0, 40)}`, () => {
    assertEquals(rendered(source), written);
  });
}

Deno.test("a list that a chat template writes without tojson is refused, as Python writes it otherwise", () => {
  assertThrows(() => rendered("{{ ['a'] }}"), Error, "it writes a list or an object without 'tojson'");
});
