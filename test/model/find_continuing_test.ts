import { assertEquals } from "@std/assert";
import { findContinuing } from "../../src/model/find_continuing.ts";

Deno.test("texts are continued by the model's file, or one beside its decoder of the same precision", async () => {
  for (
    const [decoder, files, expected] of [
      [undefined, [], "m/onnx/model.onnx"],
      ["decoder_model.onnx", [], undefined],
      ["decoder_model.onnx", ["decoder_model_merged.onnx"], "decoder_model_merged.onnx"],
      [
        "decoder_model.onnx",
        ["decoder_model_merged.onnx", "decoder_with_past_model.onnx"],
        "decoder_with_past_model.onnx",
      ],
      ["decoder_model_q8.onnx", ["decoder_with_past_model.onnx"], undefined],
      ["decoder_model_q8.onnx", ["decoder_with_past_model_q8.onnx"], "decoder_with_past_model_q8.onnx"],
      ["decoder_model_merged_q8.onnx", ["decoder_model_merged_q8.onnx"], "decoder_model_merged_q8.onnx"],
    ] as const
  ) {
    const inFolder = (name: string) => `m/onnx/${name}`;
    const found = await findContinuing({
      onnx: decoder === undefined ? "m/onnx/model.onnx" : "m/onnx/encoder_model.onnx",
      ...(decoder && { decoder: inFolder(decoder) }),
      find: (path) =>
        Promise.resolve((files as readonly string[]).map(inFolder).includes(path) ? 1 : undefined),
    });
    const named = expected !== undefined && decoder !== undefined ? inFolder(expected) : expected;
    assertEquals(found, named, `${decoder}: ${files}`);
  }
});
