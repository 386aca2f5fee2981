import { PHRASES as REPORT } from "../../report/phrases.ts";
import { TERMS } from "../../report/terms.ts";
import type { Bilingual } from "../../base/bilingual.ts";

const phrase = (en: string, zh: string): Bilingual => ({ en, zh });

/** The words of the page; those of reports are the reports' own. */
export const PHRASES = {
  ...REPORT,
  ...TERMS,
  all_runs: phrase("All runs", "全部运行"),
  live: phrase("live", "实时"),
  lost: phrase(
    "the server has ended: what is shown does not change any more",
    "服务器已结束，显示内容不再更新",
  ),
  exported: phrase("exported, does not change", "导出的页面，不再更新"),
  loading: phrase("Loading …", "正在加载……"),
  not_loaded: phrase("The data cannot be loaded:", "无法加载数据："),
  filter: phrase("Filter", "筛选"),
  filter_help: phrase(
    "name, model, data, note; length=5; *seed=1*",
    "名称、模型、数据、备注；length=5；*seed=1*",
  ),
  status: phrase("status", "状态"),
  any_status: phrase("any", "不限"),
  grouping: phrase("group", "分组"),
  by_none: phrase("none", "不分组"),
  by_seeds: phrase("over seeds", "按种子"),
  by_sweeps: phrase("by sweep, over seeds", "按扫描与种子"),
  name: phrase("name", "名称"),
  state: phrase("status", "状态"),
  seed: phrase("seed", "种子"),
  model: phrase("model", "模型"),
  dataset: phrase("data", "数据"),
  device: phrase("device", "设备"),
  time: phrase("when (UTC)", "时间（UTC）"),
  note: phrase("note", "备注"),
  of_runs: phrase("of", "/"),
  selected: phrase("selected", "已选"),
  runs_count: phrase("runs", "次运行"),
  best_of: phrase("best", "最佳"),
  select: phrase("Select", "选择"),
  select_shown: phrase("Select all that are shown", "选择所有显示的运行"),
  clear_selection: phrase("Clear the selection", "清除选择"),
  curves_of: phrase("Curves", "曲线"),
  as_a: phrase("Selection as A", "选中的作为 A"),
  as_b: phrase("Selection as B", "选中的作为 B"),
  compare: phrase("Compare B with A", "比较 B 与 A"),
  comparing: phrase("Comparing …", "正在比较……"),
  comparison_of: phrase("Comparison", "比较"),
  cannot_compare: phrase("These runs cannot be compared:", "这些运行无法比较："),
  close: phrase("Close", "关闭"),
  clear: phrase("Clear", "清除"),
  open: phrase("Open", "展开"),
  fold: phrase("Fold", "收起"),
  training_loss: phrase("training loss", "训练损失"),
  validation_loss: phrase("validation loss", "验证损失"),
  validation_accuracy: phrase("validation accuracy", "验证准确率"),
  shown_curve: phrase("show", "显示"),
  no_curves: phrase(
    "None of the selected runs has logged this.",
    "选中的运行都没有这项记录。",
  ),
  too_many_curves: phrase(
    "The first 40 of the selected runs are shown.",
    "只显示选中的前 40 次运行。",
  ),
  open_report: phrase("The run's report", "该次运行的报告"),
  experiment_file: phrase("Experiment file", "实验文件"),
  save_note: phrase("Save the note", "保存备注"),
  saved: phrase("Saved.", "已保存。"),
  noted_elsewhere: phrase(
    "It was changed elsewhere meanwhile, and saving replaces that:",
    "备注已在别处修改，保存会将其替换：",
  ),
  make_baseline: phrase("Make it the baseline", "设为基线"),
  is_baseline: phrase("baseline", "基线"),
  baseline_made: phrase("It is the baseline now; commit its file.", "已设为基线，请提交其文件。"),
  remove_baseline: phrase("Remove", "移除"),
  removes_baseline: phrase("remove its file?", "是否删除其文件？"),
  baseline_removed: phrase("Its file is removed.", "其文件已删除。"),
  not_written: phrase("It was not written:", "未能写入："),
  nothing_tuned: phrase("Nothing was tuned, or nothing is logged yet.", "没有调优，或尚无记录。"),
  no_runs: phrase("No run matches.", "没有匹配的运行。"),
  first_flips: phrase("the first 100 are shown", "只显示前 100 个"),
  keys: phrase(
    "Keys: / filter · ↑ ↓ move · Space select · Enter open · → ← unfold, fold · a b the sides · c curves · d compare · Esc close",
    "按键：/ 筛选 · ↑ ↓ 移动 · 空格 选择 · Enter 打开 · → ← 展开、收起 · a b 设为两方 · c 曲线 · d 比较 · Esc 关闭",
  ),
  complete: phrase("complete", "完成"),
  running: phrase("running", "运行中"),
  failed: phrase("failed", "失败"),
  partial: phrase("partial", "未完成"),
  damaged: phrase("damaged", "已损坏"),
  newer: phrase("newer", "版本较新"),
} as const satisfies Readonly<Record<string, Bilingual>>;

/** The name of a phrase. */
export type PhraseName = keyof typeof PHRASES;

/** Whether a text is the name of a phrase. */
export function isPhrase(name: string): name is PhraseName {
  return Object.hasOwn(PHRASES, name);
}
