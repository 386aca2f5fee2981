import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type GraphProto, ModelProtoSchema } from "onnx-buf";
import { type Device, type Feeds, float32Tensor, type GraphFile } from "../../src/device/device.ts";
import type { TextPiece } from "../../src/generation/decoding.ts";
import { countingSessions } from "../device/counting_sessions.ts";
import { DEVICES, sharedDevice, stepsOn } from "../devices.ts";
import { encoded, FOLDER, MODELS, openGenerator, promptOf } from "./generation_model.ts";

const cpu = await sharedDevice("cpu");
const { t5, gpt2 } = MODELS.models;
const [ENCODER, BEGINNING, CONTINUING, MERGED] = [
  "encoder_model.onnx",
  "decoder_model.onnx",
  "decoder_with_past_model.onnx",
  "decoder_model_merged.onnx",
];

/** The layouts of the models: which of their files are there, and whether texts are continued from a cache. */
const LAYOUTS = [
  { name: "gpt2", model: gpt2, end: [], files: undefined, isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, BEGINNING, CONTINUING], isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, BEGINNING, MERGED], isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, MERGED], isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, BEGINNING], isCached: false },
];

const OPTIONS = { stop: [], beams: 1, batchSize: 32, maxTokens: MODELS.greedy_tokens };

for (const kind of DEVICES) {
  for (const { name, model, end, files, isCached } of LAYOUTS) {
    Deno.test(
      `the ids of ${name} from ${
        files?.join(" and ") ?? "its file"
      } on ${kind} are those of transformers' generate`,
      async () => {
        const device = await sharedDevice(kind);
        await using opened = await openGenerator(`${FOLDER}/${name}`, device, {}, files);
        const { generator, warnings } = opened;
        assertEquals(warnings.length, isCached ? 0 : 1, warnings.join());
        const examples = encoded(model.texts, model.prompt.dims[0]!, end);
        const prompt = promptOf(model.prompt);
        const check = async (beams: number, tokens: number, expected: readonly (readonly number[])[]) => {
          const some = { ...OPTIONS, beams, maxTokens: tokens };
          const together = await generator.generate(examples, prompt, some);
          assertEquals(together.map(({ ids }) => ids), expected.map((ids) => ids.slice(0, tokens)));
          const [alone] = await generator.generate([examples[1]!], prompt, some);
          assertEquals(alone!.ids, expected[1]!.slice(0, tokens));
        };
        await check(1, stepsOn(kind, MODELS.greedy_tokens, 3), model.greedy);
        // The best of four beams after fewer tokens is another text.
        if (stepsOn(kind, 1, 0) > 0) await check(MODELS.beams, MODELS.beam_tokens, model.beams);
      },
    );
  }
}

Deno.test("a batch's beams are chosen on the device, and texts that end early leave it", async () => {
  for (const { name, model, end, files } of LAYOUTS) {
    await using opened = await openGenerator(`${FOLDER}/${name}`, cpu, {
      // The last token of the first text ends it in the middle.
      tokens: { start: 0, ends: [model.greedy[0]![3]!] },
    }, files);
    const examples = encoded(model.texts, model.prompt.dims[0]!, end);
    const prompt = promptOf(model.prompt);
    for (const beams of [1, 3]) {
      const together = await opened.generator.generate(examples, prompt, { ...OPTIONS, beams });
      for (const [i, example] of examples.entries()) {
        const [alone] = await opened.generator.generate([example], prompt, { ...OPTIONS, beams });
        assertEquals(together[i], alone);
      }
      if (beams === 1) {
        const at = model.greedy[0]!.indexOf(model.greedy[0]![3]!);
        assertEquals(together[0]!.ids, model.greedy[0]!.slice(0, at + 1));
      }
    }
  }
});

/** A device that counts the runs of each graph, in the order in which they were opened, and the tokens of a row in each run. */
function counting(device: Device): { device: Device; runs: number[]; tokens: number[][] } {
  const runs: number[] = [];
  const tokens: number[][] = [];
  const openResident = async (graph: GraphFile) => {
    const at = runs.push(0) - 1;
    const read: number[] = tokens[at] = [];
    const session = await device.openResident(graph);
    return {
      inputNames: session.inputNames,
      run: (feeds: Feeds) => {
        runs[at]!++;
        const ids = session.inputNames.includes("decoder_input_ids")
          ? feeds.decoder_input_ids
          : feeds.input_ids;
        if (ids !== undefined) read.push(ids.dims[1]!);
        return session.run(feeds);
      },
      release: () => session.release(),
    };
  };
  return { device: { ...device, openResident }, runs, tokens };
}

Deno.test("an encoder runs once for all tokens of a batch, a cached model's own graph once, and its file reads one token at a time", async () => {
  for (const { name, model, end, files, isCached } of LAYOUTS) {
    const { device, runs, tokens: read } = counting(cpu);
    await using opened = await openGenerator(
      `${FOLDER}/${name}`,
      device,
      { tokens: { start: 0, ends: [] } },
      files,
    );
    const examples = encoded(model.texts, model.prompt.dims[0]!, end);
    // In the first batch the file is compared with texts that are read again.
    await opened.generator.generate(examples, promptOf(model.prompt), { ...OPTIONS, maxTokens: 3 });
    runs.fill(0);
    for (const one of read) one.length = 0;
    await opened.generator.generate(examples, promptOf(model.prompt), { ...OPTIONS, beams: 2 });
    const [first, second, third] = runs;
    const tokens = MODELS.greedy_tokens;
    if (name === "gpt2") assertEquals([first, second], [1, tokens - 1]);
    else assertEquals([first, second, third], isCached ? [1, 1, tokens - 1] : [1, tokens, third]);
    if (isCached) {
      assertEquals(read[name === "gpt2" ? 1 : 2], Array.from({ length: tokens - 1 }, () => 1));
    }
  }
});

Deno.test("sessions of a generator are released with it, and where one cannot be opened", async () => {
  const { opened, left } = await countingSessions(async () => {
    await using found = await openGenerator(`${FOLDER}/t5`, cpu);
    await found.generator.generate(encoded(t5.texts, 3, [1]), promptOf(t5.prompt), OPTIONS);
  });
  assertEquals([opened, left], [6, 0]);
  let count = 0;
  const failing: Device = {
    ...cpu,
    openResident: (graph) => ++count === 4 ? Promise.reject(new RangeError("full")) : cpu.openResident(graph),
  };
  const after = await countingSessions(() =>
    assertRejects(() => openGenerator(`${FOLDER}/t5`, failing), RangeError, "full")
  );
  assertEquals(after.left, 0);
});

Deno.test("texts are handed out as they grow, by the examples' own numbers, and can be stopped", async () => {
  await using opened = await openGenerator(`${FOLDER}/gpt2`, cpu);
  const examples = encoded(gpt2.texts, gpt2.prompt.dims[0]!);
  const prompt = promptOf(gpt2.prompt);
  const pieces: TextPiece[] = [];
  const done: number[] = [];
  const found = await opened.generator.generate(examples, prompt, {
    ...OPTIONS,
    batchSize: 2,
    onPiece: (piece) => pieces.push(piece),
    onGenerated: (count) => done.push(count),
  });
  for (const [i, { text, ids }] of found.entries()) {
    const own = pieces.filter(({ row }) => row === i);
    assertEquals(own.map((piece) => piece.text).join(""), text);
    assertEquals(own.flatMap((piece) => piece.ids), ids);
    assertEquals(text, ids.map((id) => `w${id}`).join(" "));
  }
  assertEquals(done, [2, 3]);
  const stop = ` w${gpt2.greedy[0]![2]}`;
  const [stopped] = await opened.generator.generate([examples[0]!], prompt, { ...OPTIONS, stop: [stop] });
  assertEquals(stopped!.endedBy, "stop string");
  assertEquals(stopped!.text, gpt2.greedy[0]!.slice(0, 2).map((id) => `w${id}`).join(" "));
  const aborted = new AbortController();
  await assertRejects(
    () =>
      opened.generator.generate(examples, prompt, {
        ...OPTIONS,
        signal: aborted.signal,
        onPiece: () => aborted.abort(new RangeError("enough")),
      }),
    RangeError,
    "enough",
  );
});

Deno.test("a text ends where the model's positions do, whatever is beside it", async () => {
  await using opened = await openGenerator(`${FOLDER}/gpt2`, cpu, { tokens: { start: 0, ends: [] } });
  const long = Array.from({ length: 33 }, (_, i) => 3 + i);
  const examples = encoded([gpt2.texts[0]!, long], gpt2.prompt.dims[0]!);
  const prompt = promptOf(gpt2.prompt);
  const [short, found] = await opened.generator.generate(examples, prompt, OPTIONS);
  assertEquals(short!.ids, gpt2.greedy[0]);
  // The prompt and the text take 36 of 40 positions; the last token is not read.
  assertEquals([found!.ids.length, found!.endedBy], [5, "length"]);
  for (const left of [2, 1, 0]) {
    await using fresh = await openGenerator(`${FOLDER}/gpt2`, cpu, { tokens: { start: 0, ends: [] } });
    const [last] = await fresh.generator.generate(
      encoded([Array.from({ length: 37 - left }, () => 5)], 3),
      prompt,
      OPTIONS,
    );
    assertEquals(last!.ids.length, left + 1);
  }
  const full = encoded([Array.from({ length: 38 }, () => 5)], 3);
  await assertRejects(
    () => opened.generator.generate(full, prompt, OPTIONS),
    RangeError,
    "text 1 takes all positions of the model",
  );
});

Deno.test("a file that counts positions itself reads texts again where the prompt takes none", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/onnx`);
  await Deno.copyFile("test/fixtures/families/gpt2-past-opset14.onnx", `${folder}/onnx/model.onnx`);
  await using opened = await openGenerator(folder, cpu, { insertion: "embedding-output" });
  await using again = await openGenerator(
    folder,
    cpu,
    { insertion: "embedding-output" },
    undefined,
    {},
    "model.onnx",
    false,
  );
  const examples = encoded([[5, 9, 11], [7, 3, 8, 30]], 3).map((one) => ({
    ...one,
    positions: one.ids.map((_, i) => Math.max(0, i - 3)),
  }));
  const prompt = float32Tensor(Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)), [3, 16]);
  const found = await opened.generator.generate(examples, prompt, OPTIONS);
  assertEquals(found, await again.generator.generate(examples, prompt, OPTIONS));
  assertEquals(opened.warnings.length, 1);
  assert(opened.warnings[0]!.includes("counts positions itself"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that continues texts of another model is not used, and is named", async () => {
  const swapped = ({ initializer }: GraphProto, dims?: bigint[]) => {
    const weight = initializer.find(({ dims }) => String(dims) === "16,16")!;
    weight.rawData = new Uint8Array(Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)).buffer);
    weight.dims = dims ?? weight.dims;
  };
  const ofTwoTokens = ({ input }: GraphProto) => {
    const { value } = input.find(({ name }) => name === "input_ids")!.type!;
    if (value.case === "tensorType") value.value.shape!.dim[1]!.value = { case: "dimValue", value: 2n };
  };
  for (
    const [change, said] of [
      [swapped, "continues texts with logits that differ"],
      [ofTwoTokens, "does not continue texts ("],
      [(graph: GraphProto) => swapped(graph, [8n, 32n]), "cannot be opened in ONNX Runtime ("],
    ] as const
  ) {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/onnx`);
    for (const file of [ENCODER!, BEGINNING!]) {
      await Deno.copyFile(`${FOLDER}/t5/onnx/${file}`, `${folder}/onnx/${file}`);
    }
    const model = fromBinary(ModelProtoSchema, await Deno.readFile(`${FOLDER}/t5/onnx/${CONTINUING}`));
    change(model.graph!);
    await Deno.writeFile(`${folder}/onnx/${CONTINUING}`, toBinary(ModelProtoSchema, model));
    await using opened = await openGenerator(folder, cpu);
    const examples = encoded(t5.texts, t5.prompt.dims[0]!, [1]);
    const found = await opened.generator.generate(examples, promptOf(t5.prompt), {
      ...OPTIONS,
      beams: MODELS.beams,
      maxTokens: MODELS.beam_tokens,
    });
    assertEquals(found.map(({ ids }) => ids), t5.beams);
    assertEquals(opened.warnings.length, 1);
    assert(opened.warnings[0]!.includes(`${CONTINUING} ${said}`), opened.warnings[0]);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file whose window counts the padding continues each length by itself, whichever texts come first", async () => {
  const { phi3 } = MODELS.models;
  const examples = encoded(phi3.texts, phi3.prompt.dims[0]!);
  const prompt = promptOf(phi3.prompt);
  for (const isAloneFirst of [true, false]) {
    const { device, runs } = counting(cpu);
    await using opened = await openGenerator(`${FOLDER}/phi3`, device);
    if (isAloneFirst) {
      const [alone] = await opened.generator.generate([examples[0]!], prompt, OPTIONS);
      assertEquals(alone!.ids, phi3.greedy[0]);
    }
    const found = await opened.generator.generate(examples, prompt, OPTIONS);
    assertEquals(found.map(({ ids }) => ids), phi3.greedy);
    runs.fill(0);
    const beams = await opened.generator.generate(examples, prompt, {
      ...OPTIONS,
      beams: MODELS.beams,
      maxTokens: MODELS.beam_tokens,
    });
    assertEquals(beams.map(({ ids }) => ids), phi3.beams);
    assertEquals(opened.warnings, []);
    assertEquals(runs.slice(0, 2), [3, 3 * (MODELS.beam_tokens - 1)]);
  }
});

Deno.test("what the model's files ask for and changes nothing is said, once", async () => {
  await using opened = await openGenerator(`${FOLDER}/gpt2`, cpu, {}, undefined, {
    do_sample: true,
    length_penalty: 2,
  });
  const examples = encoded(gpt2.texts, gpt2.prompt.dims[0]!);
  for (let i = 0; i < 2; i++) {
    await opened.generator.generate(examples, promptOf(gpt2.prompt), { ...OPTIONS, maxTokens: 1 });
  }
  assertEquals(opened.warnings, [
    "warning: the model's files ask for do_sample: true, which is not done: texts are the most probable ones, greedily or by beam search",
  ]);
});

Deno.test("the model's files ask for texts of some length without repetitions, by each text's own length", async () => {
  const examples = encoded(gpt2.texts, gpt2.prompt.dims[0]!);
  const prompt = promptOf(gpt2.prompt);
  const [first] = gpt2.greedy;
  // The second text is the longest: with its prompt it has ten tokens.
  const tokens = { start: 0, ends: [first![0]!] };
  await using opened = await openGenerator(`${FOLDER}/gpt2`, cpu, { tokens }, undefined, {
    no_repeat_ngram_size: 1,
    min_length: 10,
  });
  const found = await opened.generator.generate(examples, prompt, OPTIONS);
  for (const [i, { ids }] of found.entries()) {
    assertEquals(new Set(ids).size, ids.length);
    const left = 10 - examples[i]!.ids.length;
    assertEquals(ids.slice(0, left).includes(tokens.ends[0]!), false);
    const [alone] = await opened.generator.generate([examples[i]!], prompt, OPTIONS);
    assertEquals(alone!.ids, ids);
  }
  assertEquals(examples.map(({ ids }) => ids.length), [7, 10, 8]);
});
