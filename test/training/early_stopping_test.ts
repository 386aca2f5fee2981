import { assertEquals } from "@std/assert";
import { scalarTensor } from "../../src/device/device.ts";
import { bestMetric, EarlyStopping } from "../../src/training/early_stopping.ts";

function watch(
  metric: "accuracy" | "loss",
  patience: number | undefined,
  seen: [accuracy: number, loss: number][],
) {
  const stopping = new EarlyStopping(metric, patience);
  const over = seen.map(([accuracy, loss], i) => {
    stopping.see({ step: i + 1, validation: { accuracy, loss }, parameters: { prompt: scalarTensor(i) } });
    return stopping.isOver;
  });
  return { best: stopping.best!.step, over };
}

Deno.test("it stops after the given number of validations without improvement, and keeps the best", () => {
  assertEquals(watch("accuracy", 2, [[0.6, 1], [0.7, 1], [0.65, 1], [0.7, 1]]), {
    best: 2,
    over: [false, false, false, true],
  });
});

Deno.test("ties in accuracy are broken by the loss", () => {
  assertEquals(watch("accuracy", 2, [[0.7, 0.6], [0.7, 0.5], [0.7, 0.55]]), {
    best: 2,
    over: [false, false, false],
  });
});

Deno.test("the loss may be the metric", () => {
  assertEquals(watch("loss", 1, [[0.7, 0.6], [0.8, 0.7]]), { best: 1, over: [false, true] });
});

Deno.test("without patience it never stops", () => {
  assertEquals(watch("accuracy", undefined, [[0.7, 0.6], [0.6, 0.7], [0.5, 0.8]]).over, [
    false,
    false,
    false,
  ]);
});

Deno.test("macro F1 may be the metric, and its ties are broken by the loss", () => {
  const stopping = new EarlyStopping("macroF1", 2);
  const seen = [[0.9, 0.4, 1], [0.5, 0.6, 2], [0.8, 0.6, 1.5], [0.95, 0.5, 0.1]] as const;
  for (const [i, [accuracy, macro_f1, loss]] of seen.entries()) {
    stopping.see({
      step: i + 1,
      validation: { accuracy, macro_f1, loss },
      parameters: { prompt: scalarTensor(i) },
    });
  }
  assertEquals([stopping.best!.step, stopping.waited, stopping.isOver], [3, 1, false]);
});

Deno.test("the best is chosen by 'best', by what early stopping compares, or by accuracy", () => {
  assertEquals(bestMetric({}), "accuracy");
  assertEquals(bestMetric({ best: "loss" }), "loss");
  assertEquals(bestMetric({ earlyStopping: { metric: "macroF1", patience: 3 } }), "macroF1");
});

Deno.test("each metric of texts may be the metric, the higher the better but for the perplexity", () => {
  for (const metric of ["exactMatch", "tokenF1", "rougeL", "perplexity"] as const) {
    const stopping = new EarlyStopping(metric, 2);
    for (const [i, good] of [0.2, 0.8, 0.5].entries()) {
      // All others would choose another step.
      const others = { exact_match: 1 - good, token_f1: 1 - good, rouge_l: 1 - good, perplexity: 1 + good };
      const own = {
        exactMatch: { exact_match: good },
        tokenF1: { token_f1: good },
        rougeL: { rouge_l: good },
        perplexity: { perplexity: 3 - good },
      }[metric];
      stopping.see({
        step: i + 1,
        validation: { loss: 1, ...others, ...own },
        parameters: { prompt: scalarTensor(i) },
      });
    }
    assertEquals(stopping.best!.step, 2, metric);
  }
});
