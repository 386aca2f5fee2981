import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { compile, evaluate, matrixFlops } from "../../../src/compiler/mod.ts";
import { MINI } from "../../shared.ts";

const path: string = join(MINI, "onnx", "model.onnx");

Deno.test("the step's matrix products are those of the formula for BERT shapes", async () => {
  const passes = new Map<string, number>();
  const [batch, sequence, length, classes, words] = [32, 64, 20, 2, 4];
  const layers = 4;
  const width = 256;
  const vocabulary = 8192;
  const sizes = { batch, sequence, length, classes, words };
  compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
    onPass: (pass, graph) => void passes.set(pass, evaluate(matrixFlops(graph), sizes)),
  });
  // In units of one multiplication and one addition, so 2 operations.
  const dense = batch * sequence * width * width;
  const attended = batch * sequence * sequence * width;
  const layer = (4 + 8) * dense + 2 * attended;
  const head = (rows: number, columns: number) => batch * rows * width * (width + columns);
  assertEquals(
    passes.get("canonicalize"),
    2 * (layers * layer + head(sequence, vocabulary)),
    "the whole forward pass",
  );

  // The last layer computes keys and values everywhere, and all else at one row of each example.
  const one = batch * width * width;
  const attendedOnce = batch * sequence * width;
  const last = 2 * dense + (2 + 8) * one + 2 * attendedOnce;
  const forward = (layers - 1) * layer + last + head(1, classes * words);
  assertEquals(passes.get("narrow"), 2 * forward, "the narrowed forward pass");

  // Backward, a dense layer costs once what it costs forward, as no weight has a gradient; attention twice. The answer's row
  // goes back to all rows, and the words' columns are not gone back to, as they are picked from weights.
  // Of the first layer's queries, keys and values only the prompt's rows go on, summed over the examples.
  const spared = 3 * (batch * sequence - length) * width * width +
    batch * (sequence - length) * sequence * width;
  const backward = (layers - 1) * ((4 + 8) * dense + 4 * attended) + 2 * dense + (2 + 8) * one +
    4 * attendedOnce + head(1, classes * words) - spared;
  const scattered = batch * sequence * width;
  assertEquals(passes.get("simplify"), 2 * (forward + backward + scattered), "the training step");
});
