import { assert, assertEquals, assertMatch } from "@std/assert";
import { ConfigValueError, InputError } from "../../src/base/errors.ts";
import { errorText, PageError } from "../../src/browser/page_error.ts";
import { DeviceError } from "../../src/device/device.ts";
import { AnswerError } from "../../src/evaluation/answer_error.ts";
import { templateError } from "../../src/prompt/template_error.ts";
import { TrainingError } from "../../src/training/training_error.ts";

const BROKEN = { of: "good", logit: NaN, text: "the text", precision: "float32", tuned: true } as const;

Deno.test("an error of each kind is explained in Chinese, with its English message after it, and is as it was in English", () => {
  const errors = [
    new TrainingError("the loss is NaN"),
    new AnswerError({ ...BROKEN, tuned: false }),
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
  const broken = errorText(new AnswerError(BROKEN));
  assertEquals(broken.zh.includes("training."), false, broken.zh);
  const both = { en: "no", zh: "不" };
  assertEquals(errorText(new PageError(both)), both);
});

Deno.test("a way out by keys of an experiment file is one by the page's fields", () => {
  const english = [
    new TrainingError(
      "the loss is not finite at step 3: lower 'training.optimizer.learningRate' (0.03) or set 'training.clipNorm'",
    ),
    new DeviceError(
      "the GPU ran out of memory (x: y): reduce 'training.batchSize' or 'evaluation.batchSize'",
    ),
    new DeviceError("no WebGPU adapter: install a Vulkan driver (on Debian: apt-get), or set 'device: cpu'"),
    new ConfigValueError([{
      path: ["prompt"],
      message: "the template takes 70 of 64 positions: lower 'prompt.length' or shorten the template",
    }]),
    new InputError("'prompt.length: 20' is more than the 15 tokens that 'initialization.top' allows"),
  ].map((error) => errorText(error).en);
  assertEquals(english, [
    "the loss is not finite at step 3: lower the learning rate and try again",
    "the GPU ran out of memory (x: y): shorten the prompt, or use fewer or shorter texts, and try again",
    "no WebGPU adapter: shorten the prompt, or use fewer or shorter texts, and try again",
    "the template takes 70 of 64 positions: lower the prompt's length or shorten the template",
    "the prompt's length (20) is more than the 15 tokens that the run's 'initialization.top' allows",
  ]);
});
