import type { Bilingual } from "../base/bilingual.ts";
import { ConfigValueError, InputError, thrownMessage } from "../base/errors.ts";
import { DeviceError } from "../device/device.ts";
import { AnswerError } from "../evaluation/answer_error.ts";
import { TrainingError } from "../training/training_error.ts";

/** An error in what the user has entered in the page, in both languages. */
export class PageError extends InputError {
  override readonly name = "PageError";

  constructor(readonly text: Bilingual) {
    super(text.en);
  }
}

/**
 * What errors of other rooms are about, in Chinese, as their own messages are in English; and the way out in the page, where theirs
 * is one of experiment files. A kind that is a part of another comes before it.
 */
const KINDS: readonly (readonly [abstract new (...args: never[]) => Error, Bilingual])[] = [
  [TrainingError, {
    en: "lower the learning rate and try again",
    zh: "调优无法继续：损失或梯度不再是有限的数，请降低学习率后重试",
  }],
  [AnswerError, {
    en: "if the prompt was tuned in this page, lower the learning rate and tune again",
    zh: "模型给出的结果不是有效的数，因此得不出类别；如果提示是在本页面调优的，请降低学习率后重新调优",
  }],
  [DeviceError, {
    en: "shorten the prompt, or use fewer or shorter texts, and try again",
    zh: "计算设备出现故障或内存不足，请缩短提示或减少文本后重试",
  }],
  [ConfigValueError, {
    en: "change the prompt's length or the words of the classes, and try again",
    zh: "该模型无法使用这样的提示长度或类别词，请修改后重试",
  }],
  [InputError, {
    en: "change what was entered, and try again",
    zh: "无法使用所输入的内容，请修改后重试",
  }],
];

const UNEXPECTED: Bilingual = {
  en: "load the page again, and try again",
  zh: "出现了意外的错误，请重新加载页面后重试",
};

/** A key of an experiment file with a dot in it or a value, in quotes. */
const KEY = /'([a-z]\w*(?:\.\w+)+|[a-z]\w*(?=: ))(?:: ([^']*))?'/g;

/** What the page calls the keys that it has fields for. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["prompt.length", "the prompt's length"],
  ["training.optimizer.learningRate", "the learning rate"],
  ["training.steps", "the number of steps"],
]);

/**
 * A message of other rooms in the words of the page: without a way out by keys of an experiment file that the page has no fields for.
 *
 * @returns the message; `hasWay`: whether its way out is still there
 */
function inPageWords(text: string): { readonly shown: string; readonly hasWay: boolean } {
  const shown = text.replaceAll(KEY, (whole, key: string, value?: string) => {
    const field = FIELDS.get(key);
    return field === undefined ? whole : value === undefined ? field : `${field} (${value})`;
  });
  const other = shown.search(KEY);
  if (other < 0) return { shown, hasWay: true };
  // The colon before the way out, and not one in brackets.
  const end = shown.replaceAll(/\([^()]*\)/g, (inner) => "_".repeat(inner.length)).lastIndexOf(": ", other);
  return end < 0
    ? { shown: shown.replaceAll(KEY, (key) => `the run's ${key}`), hasWay: true }
    : { shown: shown.slice(0, end), hasWay: false };
}

/** What the page shows of an error: in Chinese what it is about, with the message of other rooms after it. */
export function errorText(error: unknown): Bilingual {
  if (error instanceof PageError) return error.text;
  const { en, zh } = KINDS.find(([kind]) => error instanceof kind)?.[1] ?? UNEXPECTED;
  const { shown, hasWay } = inPageWords(thrownMessage(error));
  return { ...bilingual(zh, shown), en: hasWay ? shown : `${shown}: ${en}` };
}

/** A text of other rooms, which is in English. @param zh what it is about, in Chinese */
export function withDetail(zh: string, detail: string): Bilingual {
  return bilingual(zh, inPageWords(detail).shown);
}

function bilingual(zh: string, en: string): Bilingual {
  return { en, zh: `${zh}（英文详情：${en}）` };
}
