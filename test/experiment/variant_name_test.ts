import { assert, assertEquals } from "@std/assert";
import { keyLabels, variantName } from "../../src/experiment/variant_name.ts";
import { keyPath } from "../../src/experiment/override.ts";

const name = (settings: Record<string, unknown>, named?: string) =>
  variantName(Object.entries(settings).map(([key, value]) => ({ path: keyPath(key), value })), named);

Deno.test("a variant's name says what differs, each key with only as much of its path as makes it unique", () => {
  assertEquals(name({ "prompt.length": 20, seed: 1 }), "length=20,seed=1");
  assertEquals(name({ "training.optimizer.learningRate": 0.03 }, "adamw"), "adamw,learningRate=0.03");
  assertEquals(keyLabels(["dataset.split.validation", "dataset.validation"]), [
    "split.validation",
    "dataset.validation",
  ]);
  assertEquals(keyLabels(["training.optimizer.name", "prompt.initialization.from"]), [
    "optimizer.name",
    "initialization.from",
  ]);
});

Deno.test("values that a folder's name cannot show end in a hash that distinguishes them", () => {
  const names = [
    "{text} was {mask}",
    "{text}_was_{mask}",
    "情感是正面的吗",
    "..",
    "a/b",
    "a.partial",
    "a".repeat(300),
  ]
    .map((value) => name({ "prompt.template": value }));
  assertEquals(new Set(names).size, names.length);
  assert(names.every((one) => !/[/\\{} ]/.test(one) && one.length < 100), names.join("\n"));
  assert(!names.some((one) => one.endsWith(".partial")), "a folder of that name is an unfinished run's");
  assertEquals(names[2], "template=情感是正面的吗");
});

Deno.test("a key that a folder's name cannot show ends in its hash, and a long name is cut by bytes", () => {
  const keys = ["y/../../victim/seed", "javascript:alert(1)", "..", "总".repeat(70), "x".repeat(500)];
  const names = keys.map((key) => variantName([{ path: ["verbalizer", key], value: 1 }]));
  assertEquals(new Set(names).size, names.length);
  assert(
    names.every((one) => /^[\p{L}\p{N}._+-]*~[0-9a-f]{6}(?:[0-9a-f]{10}|=1)$/u.test(one)),
    names.join("\n"),
  );
  const long = variantName(
    Array.from({ length: 9 }, (_, i) => ({ path: ["verbalizer", `类${i}`], value: "很好看".repeat(9) })),
  );
  assert(new TextEncoder().encode(long).length < 200, long);
});
