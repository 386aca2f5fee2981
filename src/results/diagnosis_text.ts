import { percent } from "../base/percent.ts";
import type { Bilingual } from "./bilingual.ts";
import type { RunWarning } from "./run_files.ts";

/** Why a run may not have learned what it could, with what may help. */
export function diagnosisText(warning: RunWarning): Bilingual {
  const { kind, accuracy = 0, majority = 0, first_loss = 0, least_loss = 0, last_gradient = 0, step } =
    warning;
  switch (kind) {
    case "no_better_than_majority":
      return {
        en: `its test accuracy (${
          percent(accuracy)
        }) is no better than always predicting the most frequent class (${
          percent(majority)
        }): try another 'training.optimizer.learningRate' (three times more, or less), more steps, or other words in 'verbalizer'`,
        zh: `测试准确率（${percent(accuracy)}）不优于总是预测最常见的类别（${
          percent(majority)
        }）：请尝试其他 'training.optimizer.learningRate'（三倍或三分之一）、更多步数，或 'verbalizer' 中的其他词`,
      };
    case "loss_hardly_moved":
      return {
        en: `the training loss hardly fell (${first_loss.toFixed(3)} at first, ${
          least_loss.toFixed(3)
        } at best after that): try a 'training.optimizer.learningRate' ten times as large, or more steps`,
        zh: `训练损失几乎没有下降（最初为 ${first_loss.toFixed(3)}，此后最低为 ${
          least_loss.toFixed(3)
        }）：请尝试十倍的 'training.optimizer.learningRate' 或更多步数`,
      };
    case "gradient_vanished":
      return {
        en: `the gradient vanished (${
          last_gradient.toExponential(1)
        } at the end) with most of the loss left: try a smaller 'training.optimizer.learningRate', or another 'prompt.initialization'`,
        zh: `梯度消失（最后为 ${
          last_gradient.toExponential(1)
        }），而损失仍然很大：请尝试更小的 'training.optimizer.learningRate' 或其他 'prompt.initialization'`,
      };
    case "best_step_first":
      return {
        en:
          `its first validation (step ${step}) was the best: try a smaller 'training.optimizer.learningRate', or more data; 'training.validateEvery' shows whether an earlier step is better still`,
        zh:
          `第一次验证（第 ${step} 步）最好：请尝试更小的 'training.optimizer.learningRate' 或更多数据；'training.validateEvery' 可显示更早的步是否更好`,
      };
    case "best_step_last":
      return {
        en:
          `its last validation (step ${step}) was the best: more 'training.epochs' or 'training.steps' may be better still`,
        zh: `最后一次验证（第 ${step} 步）最好：更多的 'training.epochs' 或 'training.steps' 可能更好`,
      };
  }
}
