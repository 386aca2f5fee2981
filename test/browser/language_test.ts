import { assertEquals } from "@std/assert";
import { languageFor } from "../../src/browser/language.ts";
import * as phrases from "../../src/browser/phrases.ts";

Deno.test("the page speaks Chinese to those who prefer it, and English to all others", () => {
  assertEquals(
    [["zh-CN", "en"], ["ZH"], ["zh-Hant-TW"], ["en-US", "zh"], ["de"], []].map(languageFor),
    ["zh", "zh", "zh", "en", "en", "en"],
  );
});

Deno.test("an accuracy is stated with its count and Wilson's interval, in both languages", () => {
  // 3 of 4: 0.301 to 0.954 by Wilson's formula (statsmodels' proportion_confint).
  const interval = [0.3006, 0.9544] as const;
  assertEquals(phrases.heldOutAccuracy(3, 4, interval), {
    en: "Accuracy on the 4 texts held out from tuning: 75.0% (3 of 4; 95% interval 30.1% to 95.4%)",
    zh: "在未参与调优的 4 条留出文本上的准确率：75.0%（4 条中 3 条正确；95% 区间 30.1% 至 95.4%）",
  });
});
