import type { Bilingual } from "../base/bilingual.ts";
import { ConfigValueError, InputError, thrownMessage } from "../base/errors.ts";
import { DeviceError } from "../device/device.ts";
import { AnswerError } from "../evaluation/answer_error.ts";
import { TrainingError } from "../training/trainer.ts";

/** An error in what the user has entered in the page, in both languages. */
export class PageError extends InputError {
  override readonly name = "PageError";

  constructor(readonly text: Bilingual) {
    super(text.en);
  }
}

/**
 * What errors of other rooms are about, in Chinese: their own messages are in English. A kind that is a part of another comes before
 * it.
 */
const KINDS: readonly (readonly [abstract new (...args: never[]) => Error, string])[] = [
  [TrainingError, "调优无法继续：损失或梯度不再是有限的数，请降低学习率后重试"],
  [
    AnswerError,
    "模型给出的结果不是有效的数，因此得不出类别；如果提示是在本页面调优的，请降低学习率后重新调优",
  ],
  [DeviceError, "计算设备出现故障或内存不足，请缩短提示或减少文本后重试"],
  [ConfigValueError, "该模型无法使用这样的提示长度或类别词，请修改后重试"],
  [InputError, "无法使用所输入的内容，请修改后重试"],
];

/** What the page shows of an error: in Chinese what it is about, with the message of other rooms after it. */
export function errorText(error: unknown): Bilingual {
  if (error instanceof PageError) return error.text;
  const about = KINDS.find(([kind]) => error instanceof kind)?.[1] ??
    "出现了意外的错误，请重新加载页面后重试";
  return withDetail(about, thrownMessage(error));
}

/** A text of other rooms, which is in English. @param zh what it is about, in Chinese */
export function withDetail(zh: string, detail: string): Bilingual {
  return { en: detail, zh: `${zh}（英文详情：${detail}）` };
}
