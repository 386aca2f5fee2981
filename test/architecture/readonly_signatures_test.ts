import { assertEquals } from "@std/assert";
import plugin from "./readonly_signatures.ts";

const found = (source: string, file = "src/run/x.ts") =>
  Deno.lint.runPlugin(plugin, file, source).map(({ range: [from, to] }) => source.slice(from, to));

Deno.test("collections that parameters and properties of exports could be changed through are found", () => {
  assertEquals(found("export function f(a: string[], b: Map<string, number>): void {}"), [
    "string[]",
    "Map<string, number>",
  ]);
  assertEquals(found("export interface A { readonly a: number[]; b(c: Set<number>): void }"), [
    "number[]",
    "Set<number>",
  ]);
  assertEquals(found("export class A { a: Array<number> = []; constructor(b: string[]) {} }"), [
    "Array<number>",
    "string[]",
  ]);
  assertEquals(found("export type A = { readonly a: readonly string[][] };"), ["string[]"]);
  assertEquals(found("export function f(): { readonly a: string[] } {}"), ["string[]"]);
});

Deno.test("readonly forms, results, bodies, private fields, what is not exported and the compiler are left alone", () => {
  assertEquals(
    found("export function f(a: readonly string[], b: ReadonlyMap<string, number>): string[] {}"),
    [],
  );
  assertEquals(found("export function f() { const g = (a: string[]) => a; }"), []);
  assertEquals(found("export class A { private a: string[] = []; }"), []);
  assertEquals(found("interface A { a: string[] }"), []);
  assertEquals(found("export interface A { a: string[] }", "src/compiler/x.ts"), []);
});
