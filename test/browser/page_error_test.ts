import { assert, assertEquals, assertMatch } from "@std/assert";
import { ConfigValueError, InputError } from "../../src/base/errors.ts";
import { errorText, PageError } from "../../src/browser/page_error.ts";
import { DeviceError } from "../../src/device/device.ts";
import { AnswerError } from "../../src/evaluation/answer_error.ts";
import { templateError } from "../../src/prompt/encoding.ts";
import { TrainingError } from "../../src/training/trainer.ts";

const BROKEN = { of: "good", logit: NaN, text: "the text", precision: "float32", tuned: true } as const;

Deno.test("an error of each kind is explained in Chinese, with its English message after it, and is as it was in English", () => {
  const errors = [
    new TrainingError("the loss is NaN"),
    new AnswerError(BROKEN),
    new DeviceError("the device is lost"),
    templateError("too long"),
    new ConfigValueError([{ path: ["verbalizer"], message: "two words are one token" }]),
    new InputError("the text has no tokens"),
    new RangeError("Array buffer allocation failed"),
  ];
  const explained = errors.map((error) => {
    const { en, zh } = errorText(error);
    assertEquals(en, error.message);
    assertMatch(zh, /^\p{Script=Han}[^A-Za-z]+（英文详情：/u);
    assert(zh.endsWith(`：${error.message}）`), zh);
    return zh.split("（")[0];
  });
  assertEquals(new Set(explained).size, 6, "a template and its words are of one kind");
  const both = { en: "no", zh: "不" };
  assertEquals(errorText(new PageError(both)), both);
});
