import { assertEquals, assertThrows } from "@std/assert";
import { readClassWords, writeClassWords } from "../../src/browser/class_words.ts";
import { PageError } from "../../src/browser/page_error.ts";

Deno.test("classes and their words are read as a user types them", () => {
  const cases: [string, Record<string, string[]>][] = [
    ["negative: bad\npositive: good", { negative: ["bad"], positive: ["good"] }],
    ["\n  cold : icy ,frosty \n\n \t\nwarm:hot\r\n", { cold: ["icy", "frosty"], warm: ["hot"] }],
    ['a: " bad", " , "\n"b: c": "say \\"x\\""', { a: [" bad", " , "], "b: c": ['say "x"'] }],
    ["差评：坏，差\n好评：好、棒", { 差评: ["坏", "差"], 好评: ["好", "棒"] }],
    ["__proto__: a\nconstructor: b", Object.fromEntries([["__proto__", ["a"]], ["constructor", ["b"]]])],
  ];
  for (const [typed, words] of cases) {
    assertEquals(Object.entries(readClassWords(typed)), Object.entries(words));
  }
});

Deno.test("what is written is read as the same classes and words, whatever characters they have", () => {
  const words = {
    plain: ["bad", "very bad"],
    " spaced ": [" bad", "bad ", "a  b"],
    'of "quotes"': ['"', "\\", "a:b", "a,b", "，", "\n", "\t"],
    "类": ["好：", "、"],
  };
  assertEquals(readClassWords(writeClassWords(words)), words);
});

Deno.test("classes of another form are named with their line, in both languages", () => {
  const cases: [string, string][] = [
    ["", "there must be two classes or more, got 0"],
    ["positive: good", "there must be two classes or more, got 1"],
    ["a: x\nb", 'line 2 of the classes ("b") must be a class, a colon and words'],
    ["a: x\nb:", 'line 2 of the classes ("b:") must be'],
    ["a: x\n: y", "line 2 of the classes"],
    ["a: x\nb: y: z", "line 2 of the classes"],
    ["a, x: b\nb: y", "line 1 of the classes"],
    ["a: x,\nb: y", "line 1 of the classes"],
    ['a: "x\nb: y', "line 1 of the classes"],
    ['a: "x" y\nb: y', "line 1 of the classes"],
    ['a: "\\x"\nb: y', "line 1 of the classes"],
    ["a: x\nb: y\na: z", "line 3 of the classes: the class 'a' is there twice"],
    ["a: x\nb: y, x", "line 2 of the classes: 'x' already stands for 'a'"],
    ["a: x, x\nb: y", "line 1 of the classes: 'x' already stands for 'a'"],
  ];
  for (const [typed, message] of cases) {
    const error = assertThrows(() => readClassWords(typed), PageError, message, typed);
    assertEquals(/\p{Script=Han}/u.test(error.text.zh), true, typed);
  }
});
