import type { Bilingual } from "../results/bilingual.ts";

/** A term and its explanation. */
export interface Term extends Bilingual {
  readonly about: Bilingual;
}

const term = (en: string, zh: string, aboutEn: string, aboutZh: string): Term => ({
  en,
  zh,
  about: { en: aboutEn, zh: aboutZh },
});

/** The terms of the reports, which the tooltips of numbers explain. */
export const TERMS = {
  accuracy: term(
    "accuracy",
    "准确率",
    "The share of examples whose most probable class is the right one.",
    "概率最高的类别恰为正确类别的样本所占比例。",
  ),
  mean_interval: term(
    "95% interval of the mean",
    "均值的 95% 区间",
    "Where the mean over many more seeds (and, with few examples, many more draws of them) would lie, with 95% confidence (Student's t).",
    "若有更多种子（少样本时还包括更多抽样），均值以 95% 置信度所在的范围（学生 t 分布）。",
  ),
  distance: term(
    "moved",
    "移动距离",
    "The Euclidean distance between where the vector started and where it is now.",
    "该向量距其初始位置的欧氏距离。",
  ),
  turned: term(
    "cosine to its start",
    "与初始的余弦",
    "The cosine between where the vector started and where it is now: 1 means the same direction.",
    "该向量与其初始向量的余弦；1 表示方向不变。",
  ),
  parameters: term(
    "numbers trained",
    "参与训练的参数",
    "How many numbers were trained, and how many weights the model has.",
    "参与训练的参数个数，以及模型权重的参数总数。",
  ),
  majority: term(
    "always the most frequent class",
    "始终预测最多的类别",
    "The accuracy on the test set of always predicting the most frequent class of the training set.",
    "始终预测训练集中最常见的类别，在测试集上的准确率。",
  ),
  interval: term(
    "95% interval",
    "95% 区间",
    "Where the accuracy of this prompt on many more such examples would lie, with 95% confidence (Wilson 1927).",
    "若有更多同类样本，该提示的准确率以 95% 置信度所在的范围（Wilson 1927）。",
  ),
  macro_f1: term(
    "macro F1",
    "宏平均 F1",
    "The F1 of each class (the harmonic mean of its precision and recall), averaged over the classes that have examples or are predicted.",
    "各类别 F1（精确率与召回率的调和平均）的平均值，只计有样本或被预测到的类别。",
  ),
  loss: term(
    "loss",
    "损失",
    "The mean cross-entropy over the classes, in nats: smaller is better; guessing between two classes costs 0.693.",
    "各类别上的平均交叉熵（单位 nat），越小越好；二分类随机猜测为 0.693。",
  ),
  expected_calibration_error: term(
    "calibration error",
    "校准误差",
    "The mean gap between how confident the predictions are and how often they are right, over ten bins (Guo et al. 2017): smaller is better.",
    "预测置信度与实际正确率之差在十个区间上的加权平均（Guo 等 2017），越小越好。",
  ),
  illegal_rate: term(
    "illegal answers",
    "非法回答",
    "How often the model's best token over its whole vocabulary is not a word of the verbalizer. A description: the predicted class is the best of the verbalizer's words all the same, and a tuned prompt often makes other words better.",
    "模型在整个词表上的最优词不属于标签词的比例。只作描述：预测的类别仍取标签词中的最优者，而调优后的提示常使其他词更优。",
  ),
  illegal_texts: term(
    "illegal answers",
    "非法回答",
    "How often the generated text is that of no class: such an answer is never right.",
    "生成文本不属于任何类别的比例：这样的回答一律不算正确。",
  ),
  exact_match: term(
    "exact match",
    "精确匹配",
    "How often a generated text is one of the right ones, but for case, punctuation, articles and blanks (Rajpurkar et al. 2016).",
    "生成文本与某个正确答案相同的比例，忽略大小写、标点、冠词和空白（Rajpurkar 等 2016）。",
  ),
  token_f1: term(
    "token F1",
    "词 F1",
    "The F1 of the words that a generated text and a right one share, averaged over the examples.",
    "生成文本与正确答案共有词的 F1，对样本取平均。",
  ),
  rouge_l: term(
    "ROUGE-L",
    "ROUGE-L",
    "The F1 of the longest common subsequence of words (Lin 2004), averaged over the examples.",
    "最长公共词子序列的 F1（Lin 2004），对样本取平均。",
  ),
  text_loss: term(
    "loss",
    "损失",
    "The mean negative log-likelihood of the right texts' tokens, in nats: smaller is better.",
    "正确文本词元的平均负对数似然（单位 nat），越小越好。",
  ),
  perplexity: term(
    "perplexity",
    "困惑度",
    "How probable the right texts are, the exponential of the mean negative log-likelihood of their tokens: smaller is better, and 1 is certain.",
    "正确文本的概率高低：其词元平均负对数似然的指数，越小越好，1 表示完全确定。",
  ),
  precision: term(
    "precision",
    "精确率",
    "Of the examples predicted as this class, the share that belong to it.",
    "预测为该类别的样本中确属该类别的比例。",
  ),
  recall: term(
    "recall",
    "召回率",
    "Of the examples of this class, the share that are predicted as this class.",
    "该类别的样本中被正确预测的比例。",
  ),
  examples: term("examples", "样本数", "The number of examples that were classified.", "被分类的样本数量。"),
  count: term(
    "examples",
    "样本数",
    "Examples of the row's class that were predicted as the column's class.",
    "真实类别为该行、预测类别为该列的样本数。",
  ),
  probability: term(
    "probability",
    "概率",
    "The probability that the prediction gives the predicted class.",
    "预测赋予所预测类别的概率。",
  ),
  cosine: term(
    "cosine",
    "余弦相似度",
    "The cosine between the prompt's vector and the token's: 1 means the same direction.",
    "提示向量与该词向量的余弦，1 表示方向相同。",
  ),
  vector: term(
    "vector",
    "向量",
    "The vector's place in the prompt, from 0.",
    "该向量在提示中的位置，从 0 起。",
  ),
  best_step: term(
    "best step",
    "最佳步",
    "The training step whose prompt was kept: the best on the validation set.",
    "保留的提示取自该训练步之后，即验证集上最好的一步。",
  ),
  seconds: term("seconds", "秒", "Time spent tuning, validations included.", "调优所用时间，包括验证。"),
  mean: term(
    "mean ± sd",
    "均值 ± 标准差",
    "The mean over the seeds, and the standard deviation between them (with n − 1).",
    "不同随机种子的均值及其标准差（除以 n − 1）。",
  ),
  seeds: term(
    "seeds",
    "种子数",
    "The number of complete runs, each with a seed of its own.",
    "不同随机种子的完整运行数。",
  ),
  side_a: term(
    "A",
    "A",
    "The value of the first side, a mean over its runs.",
    "第一方的值，为其各次运行的均值。",
  ),
  side_b: term(
    "B",
    "B",
    "The value of the second side, a mean over its runs.",
    "第二方的值，为其各次运行的均值。",
  ),
  delta: term(
    "difference",
    "差异",
    "B minus A, on the same examples; in percentage points for shares.",
    "同一批样本上 B 减 A；比例类指标以百分点计。",
  ),
  delta_interval: term(
    "interval",
    "区间",
    "The interval of the difference: a paired bootstrap over examples and, where there are several, over seeds.",
    "差异的置信区间：对样本（有多个种子时也对种子）做成对自助重采样。",
  ),
  p: term(
    "p",
    "p 值",
    "How likely a difference at least as large would be if there were in fact none.",
    "若实际并无差异，出现至少这么大差异的概率。",
  ),
  p_adjusted: term(
    "p (Holm)",
    "p 值（Holm）",
    "The same, adjusted for the number of tests in this diff (Holm 1979). The verdict is based on it.",
    "按本次比较中的检验次数校正后的 p 值（Holm 1979），结论以此为准。",
  ),
  detectable: term(
    "detectable",
    "可检出差异",
    "The difference that a comparison like this one would find four times in five.",
    "这样的比较有八成把握能检出的差异大小。",
  ),
  setting: term(
    "setting",
    "设置",
    "The value of this key of the experiment.",
    "实验中该键的取值。",
  ),
} as const satisfies Readonly<Record<string, Term>>;

/** The name of a term. */
export type TermName = keyof typeof TERMS;
