import { CompileError } from "../../src/compiler/mod.ts";
import { importedAnswer, untouchedAnswer } from "../compiler/untouched.ts";
import { onnx } from "./onnx_target.ts";
import type { Target } from "./target.ts";

/** The largest difference from the file's own logits, as a part of the largest of these. */
const TOLERANCE = 1e-3;

/** Models again: what the compiler makes of a file must answer as the file itself does, where ONNX Runtime takes that. */
export const answers: Target = {
  ...onnx,
  refusals: [CompileError],
  run: async (bytes, name) => {
    await onnx.run(bytes, name);
    const own = await untouchedAnswer(bytes).catch(() => undefined);
    if (own === undefined) return "refused by the runtime";
    const found = await importedAnswer(bytes).catch(() => undefined);
    if (found === undefined) return "refused when it is run";
    const size = Math.max(1, ...Array.from(own.data, (item) => Number.isFinite(item) ? Math.abs(item) : 0));
    const isSame = own.data.length === found.data.length &&
      Array.from(own.data).every((item, i) =>
        Object.is(item, found.data[i]) || Number.isNaN(item) && Number.isNaN(found.data[i]) ||
        Math.abs(item - found.data[i]!) <= TOLERANCE * size
      );
    if (isSame) return "same answers";
    throw new Error(
      `other answers than the file's own: [${found.dims.join(", ")}] and [${own.dims.join(", ")}]`,
    );
  },
};
