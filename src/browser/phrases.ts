import type { Bilingual } from "../base/bilingual.ts";
import type { Device } from "../device/device.ts";

const phrase = (en: string, zh: string): Bilingual => ({ en, zh });

/** The words of the page that stay as they are. */
export const PHRASES = {
  language: phrase("中文", "English"),
  no_script: phrase(
    "This page computes in your browser, and needs its script for that.",
    "本页面在浏览器中计算，需要启用 JavaScript。",
  ),
  needs_script: phrase("This page needs its script.", "本页面需要启用 JavaScript。"),
  computes_on: phrase("Computes in this tab, on", "在本标签页中计算，设备："),
  loading: phrase("… (the model is being loaded)", "…（正在加载模型）"),
  stays_here: phrase("Nothing that you type leaves this computer.", "您输入的内容不会离开这台电脑。"),
  retry: phrase("Try again", "重试"),
  classify: phrase("Classify a sentence", "给句子分类"),
  own_sentence: phrase("A sentence of your own", "输入一个句子"),
  hard_prompt: phrase("Hard prompt", "硬提示"),
  soft_prompt: phrase("Soft prompt:", "软提示："),
  the_runs: phrase("the run's", "该次运行所得"),
  tuned_here: phrase("the prompt tuned in this page", "在本页面中调优所得"),
  tuned_here_uncalibrated: phrase(
    "the prompt tuned in this page, without calibration",
    "在本页面中调优所得，未校准",
  ),
  truncated: phrase(
    "The text is truncated to fit the model's positions.",
    "文本过长，已截断以适应模型的位置数。",
  ),
  tune_here: phrase("Tune a prompt in this tab", "在本标签页中调优提示"),
  classes: phrase(
    "The classes, a line each: the class, a colon, and the words that stand for it, with commas between them. A word whose white space counts is written in quotes.",
    "类别，每行一个：类别名、冒号、代表该类别的词（以逗号分隔）。首尾空格有意义的词请加双引号。",
  ),
  table_form: phrase(
    'Labelled texts: tab-separated lines or CSV, the first line of which names the columns "text" and "label"; JSON with these keys; or lines of a class, a space and a text. The labels are the classes. Blank lines are skipped.',
    "带标签的文本：以制表符分隔或 CSV，首行给出列名 text 和 label；或带有这两个键的 JSON；或每行一个类别、一个空格和文本。标签即上面的类别。空行会被跳过。",
  ),
  take_file: phrase("Choose a file", "选择文件"),
  take_example: phrase("Use example texts of the run", "使用该次运行的示例文本"),
  or_paste: phrase("… or paste the table", "……或粘贴表格"),
  length: phrase("Prompt length", "提示长度"),
  steps: phrase("Steps", "步数"),
  learningRate: phrase("Learning rate", "学习率"),
  seed: phrase("Seed", "随机种子"),
  heldOut: phrase("Held out, %", "留出比例（%）"),
  tune: phrase("Tune", "开始调优"),
  stop: phrase("Stop", "停止"),
  preparing: phrase("preparing", "准备中"),
  none_held_out: phrase(
    "No texts were held out: how good the prompt is on other texts is not known.",
    "没有留出文本：该提示在其他文本上的效果未知。",
  ),
  download: phrase("Download prompt.safetensors", "下载 prompt.safetensors"),
  use_it: phrase(
    "Use it with the folder of the run that this page shows, RUN:",
    "在命令行中使用（RUN 为本页面所示运行的文件夹）：",
  ),
  step: phrase("step", "步"),
  loss: phrase("loss", "损失"),
  answered_by: phrase("Answered by the server, on", "由服务器回答，设备："),
  sent_to_server: phrase(
    "What you type is sent to it, and kept nowhere.",
    "您输入的内容会发送到该服务器，不会保存。",
  ),
  ask: phrase("Ask for an answer", "提问"),
  own_text: phrase("A text of your own", "输入一段文本"),
  answer: phrase("Answer", "回答"),
  another_example: phrase("Another example", "换一个示例"),
  the_soft_prompt: phrase("Soft prompt", "软提示"),
  empty_answer: phrase("The answer is empty.", "回答为空。"),
  no_class: phrase("It is the text of no class.", "不是任何类别的文本。"),
  cut_answer: phrase(
    "It has as many tokens as it may have, and may be cut off.",
    "已达到词元数上限，回答可能不完整。",
  ),
  stopped: phrase("stopped", "已停止"),
  wasm: phrase("WebAssembly, one thread", "WebAssembly（单线程）"),
  no_adapter: phrase(
    "This browser has no WebGPU adapter: everything is computed on WebAssembly instead, on one thread, and takes longer.",
    "此浏览器没有 WebGPU 适配器：改用 WebAssembly（单线程）计算，速度较慢。",
  ),
} as const satisfies Readonly<Record<string, Bilingual>>;

/** The device that the page computes on. @param description in English: `WebGPU on NAME`, for a software adapter with ` (software)` */
export function shownDevice(
  { kind, description, accelerated }: Pick<Device, "kind" | "description" | "accelerated">,
): Bilingual {
  if (kind === "wasm") return PHRASES.wasm;
  const name = description.replace(/^WebGPU on | \(software\)$/g, "");
  return phrase(description, `WebGPU（${name}${accelerated ? "" : "，软件模拟"}）`);
}

/** On a WebGPU adapter that is not used. @param name the adapter's */
export function softwareAdapter(name: string): Bilingual {
  return phrase(
    `The WebGPU adapter of this browser (${name}) is software, which is slower than WebAssembly: everything is computed on WebAssembly instead, on one thread.`,
    `此浏览器的 WebGPU 适配器（${name}）是软件模拟，比 WebAssembly 慢：改用 WebAssembly（单线程）计算。`,
  );
}

/** On a device that has failed. */
export function failedDevice(why: string): Bilingual {
  return phrase(
    `WebGPU failed (${why}): everything is computed on WebAssembly instead, on one thread. Reload the page to try WebGPU again.`,
    `WebGPU 出现故障（${why}）：改用 WebAssembly（单线程）计算。重新加载页面可再次尝试 WebGPU。`,
  );
}

/** The step that tuning has done. */
export function stepOf(step: number, steps: number, loss: number): Bilingual {
  return phrase(
    `step ${step} of ${steps}, loss ${loss.toFixed(4)}`,
    `第 ${step} 步，共 ${steps} 步，损失 ${loss.toFixed(4)}`,
  );
}

/** Where the user has stopped tuning. */
export function stoppedAfter(step: number, steps: number): Bilingual {
  return phrase(`stopped after step ${step} of ${steps}`, `已在第 ${step} 步（共 ${steps} 步）后停止`);
}

/** That texts were too long. */
export function textsTruncated(count: number, of: number): Bilingual {
  return phrase(
    `${count} of ${of} texts are truncated to fit the model's positions.`,
    `${of} 条文本中有 ${count} 条过长，已截断以适应模型的位置数。`,
  );
}

/** That the page reads no file of this kind. */
export function notRead(file: string): Bilingual {
  return phrase(
    `${file}: the page reads no Parquet files, and none that are compressed: save the table as .csv or .jsonl`,
    `${file}：本页面无法读取 Parquet 文件或压缩文件，请把表格另存为 .csv 或 .jsonl`,
  );
}

/** That lines had a label and no text. */
export function linesWithoutText(count: number): Bilingual {
  return phrase(
    `${count} ${
      count === 1 ? "line has a label and no text, and is" : "lines have a label and no text, and are"
    } left out.`,
    `有 ${count} 行只有标签没有文本，已略去。`,
  );
}

/** That held-out texts are being classified. */
export function classifyingHeldOut(count: number): Bilingual {
  return phrase(
    `classifying the held-out ${count === 1 ? "text" : `${count} texts`}`,
    `正在给留出的 ${count} 条文本分类`,
  );
}

/** The accuracy on held-out texts. @param interval at 95% */
export function heldOutAccuracy(
  correct: number,
  count: number,
  [low, high]: readonly [number, number],
): Bilingual {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const accuracy = percent(correct / count);
  return phrase(
    `Accuracy on the ${
      count === 1 ? "one text" : `${count} texts`
    } held out from tuning: ${accuracy} (${correct} of ${count}; 95% interval ${percent(low)} to ${
      percent(high)
    })`,
    `在未参与调优的 ${count} 条留出文本上的准确率：${accuracy}（${count} 条中 ${correct} 条正确；95% 区间 ${
      percent(low)
    } 至 ${percent(high)}）`,
  );
}
