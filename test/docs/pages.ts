/** Pages whose commands are run one after the other, in this order: later ones use what earlier ones leave. */
export const CHAINED: readonly string[] = [
  "README.md",
  "docs/rt-polarity.md",
  "docs/installing.md",
  "docs/experiments.md",
  "docs/results.md",
  "docs/commands.md",
  "docs/view.md",
  "docs/using-a-prompt.md",
  "docs/devices.md",
  "docs/baselines-and-ensembles.md",
  "docs/comparing.md",
  "docs/foreign-results.md",
  "docs/study.md",
  "docs/speed.md",
  "docs/operators.md",
  "docs/architecture.md",
  "docs/file-formats.md",
  "docs/recipes/operator.md",
  "docs/recipes/optimizer.md",
  "docs/recipes/initialization.md",
  "docs/recipes/device.md",
  "docs/recipes/dataset-format.md",
  "docs/recipes/verb.md",
  "src/compiler/README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "README.zh-CN.md",
  "docs/tutorial.md",
  "docs/for-students.md",
  "docs/for-a-csv.md",
  "docs/for-the-web.md",
  "docs/for-clusters.md",
  "docs/tutorial.zh-CN.md",
];

/** Pages whose commands use nothing that those of others leave. */
export const SEPARATE: readonly string[] = [
  "docs/models-and-data.md",
  "docs/text-answers.md",
  "docs/how-it-works.md",
  "docs/from-peft-openprompt.md",
  "docs/search.md",
  "docs/webgpu.md",
];

/** All pages that are tested. */
export const PAGES: readonly string[] = [...CHAINED, ...SEPARATE];
