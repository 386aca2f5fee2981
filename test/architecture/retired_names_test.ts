import { assertEquals } from "@std/assert";
import plugin from "./retired_names.ts";

const found = (source: string, file = "src/run/x.ts") =>
  Deno.lint.runPlugin(plugin, file, source).map(({ range: [from, to] }) => source.slice(from, to));

Deno.test("a declaration of any kind that has a retired name is found", () => {
  assertEquals(found("const say = 1;"), ["say"]);
  assertEquals(found("export function bake(cut: number, { seat, x: [there] }: A, ...told: B) {}"), [
    "bake",
    "cut",
    "seat",
    "there",
    "told",
  ]);
  assertEquals(found("const of = ({ moved = 1 }) => moved;"), ["moved"]);
  assertEquals(
    found("class Turns { constructor(private readonly broken: A) {} set() {} private drop = 1; }"),
    [
      "Turns",
      "broken",
      "set",
      "drop",
    ],
  );
  assertEquals(found("interface Form { say(line: string): void; readonly cut: number }"), [
    "Form",
    "say",
    "cut",
  ]);
  assertEquals(found("type Tell = 1;"), ["Tell"]);
  assertEquals(found("type F = (told: string) => void; enum E { seat } type G<Form> = Form;"), [
    "told",
    "seat",
    "Form",
  ]);
  assertEquals(found('import { x as bake } from "./y.ts"; export { bakes as follow };'), ["bake", "follow"]);
  assertEquals(found("const a = { moved: 1, follow() {} }; try { b(); } catch (broken) { c(); }"), [
    "moved",
    "follow",
    "broken",
  ]);
});

for (
  const [kind, source] of Object.entries({
    "a namespace import": 'import * as bake from "./y.ts";',
    "a default import": 'import bake from "./y.ts";',
    "a namespace export": 'export * as bake from "./y.ts";',
    "a private field": "class A { #bake = 1; }",
    "a private method": "class A { #bake() {} }",
    "an accessor": "class A { accessor bake = 1; }",
    "the name of a class expression": "const a = class bake {};",
    "the label in a tuple": "type A = [bake: number];",
    "a namespace": "namespace bake {}",
    "an abstract field": "abstract class A { abstract bake: number; }",
    "an abstract method": "abstract class A { abstract bake(): void; }",
    "a parameter of an abstract method": "abstract class A { abstract a(bake: number): void; }",
    "a declared function": "declare function bake(): void;",
  })
) {
  Deno.test(`a declaration that has a retired name is found: ${kind}`, () => {
    assertEquals(found(source).map((name) => name.replace("#", "").replace(/:.*/, "")), ["bake"]);
  });
}

Deno.test("uses, keys that are renamed, published keys and other folders are left alone", () => {
  assertEquals(found("const { cut: truncated } = a; a.set(1); new Map().set(1, 2); "), []);
  assertEquals(found("interface Flips { readonly broken: A }", "src/diff/flips.ts"), []);
  assertEquals(found("const say = 1;", "test/x.ts"), []);
});
