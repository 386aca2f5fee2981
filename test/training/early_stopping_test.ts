import { assertEquals } from "@std/assert";
import { scalarTensor } from "../../src/device/device.ts";
import { EarlyStopping } from "../../src/training/early_stopping.ts";

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
