import { assertEquals } from "@std/assert";
import { deltaText, metricHeader, metricText, valueText } from "../../src/diff/wording.ts";

Deno.test("shares are told in per cent and their differences in points, other metrics as they are", () => {
  assertEquals([metricText("accuracy", 0.7537), metricText("loss", 0.5234)], ["75.4%", "0.523"]);
  assertEquals([0.0231, -0.0231, 0, -0.0001].map((delta) => deltaText("accuracy", delta)), [
    "+2.3",
    "-2.3",
    "0.0",
    "0.0",
  ]);
  assertEquals([0.0134, -0.0001].map((delta) => deltaText("loss", delta)), ["+0.013", "0.000"]);
});

Deno.test("the interval's level is that of the tests", () => {
  assertEquals([metricHeader(0.05)[4], metricHeader(0.001)[4]], ["95% interval", "99.9% interval"]);
});

Deno.test("a value is told in one line, a missing one too", () => {
  assertEquals([valueText(undefined), valueText("a b"), valueText([1, 2])], ["(none)", "a b", "[1,2]"]);
});
