import { assert } from "@std/assert";
import { canonicalize } from "../../src/compiler/passes/canonicalize.ts";
import { differentiate } from "../../src/compiler/passes/differentiate.ts";
import { findEmbedding } from "../../src/compiler/analysis/embedding_layer.ts";
import { emit, type Emitted } from "../../src/compiler/backend/emit.ts";
import { importModel } from "../../src/compiler/frontend/import.ts";
import { compile, evaluate, type Graph, type Insertion, matrixFlops } from "../../src/compiler/mod.ts";
import { addLoss, readAnswer } from "../../src/compiler/passes/objective.ts";
import { readOnnxFile } from "../../src/compiler/frontend/onnx_file.ts";
import { appendOptimizer } from "../../src/compiler/passes/append_optimizer.ts";
import { exposePositions } from "../../src/compiler/passes/expose_positions.ts";
import { simplify } from "../../src/compiler/passes/simplify.ts";
import { splice } from "../../src/compiler/passes/splice.ts";
import { chooseDevice } from "../../src/device/choose.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, type Session, type Tensor } from "../../src/device/device.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { familyFeeds, familyModel, padded, readFamily } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";

const [cpu, wasm] = [await openCpu(), await chooseDevice("wasm", () => {})];
const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

/** A family's training step and its graph. */
interface CompiledStep {
  readonly train: Emitted;
  readonly graph: Graph;
}

const steps = new Map<string, Promise<CompiledStep>>();

/** A family's step, compiled once for all tests. */
function compiled(name: string, insertion: Insertion): Promise<CompiledStep> {
  const key = [name, insertion].join();
  const before = steps.get(key) ?? compileStep(name, insertion);
  steps.set(key, before);
  return before;
}

async function compileStep(name: string, insertion: Insertion): Promise<CompiledStep> {
  const path = familyModel(name);
  let graph: Graph | undefined;
  const onPass = (_: string, last: Graph) => graph = last;
  const options = { onPass, read: readRegion };
  const { train } = compile(await Deno.readFile(path), path, insertion, "adamw", options);
  return { train, graph: graph! };
}

/** Opens a family's step and runs it once on the CPU. */
async function firstStep(step: Emitted, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await cpu.open(step);
  const outputs = await run(session, feeds);
  await session.release();
  return outputs;
}

/** Runs a family's step from the start. */
async function run(session: Session, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
  return await session.run({ first_moment: zeros, second_moment: zeros, ...feeds });
}

for (const name of FAMILIES) {
  const path = familyModel(name);
  // On WebGPU: test/device/residency_test.ts.
  Deno.test(`a step of ${name} on WebAssembly is the CPU's, over nine tokens and over twelve`, async () => {
    const { train } = await compiled(name, "embedding-output");
    const reference = await readFamily(name);
    const [session, onCpu] = [await wasm.open(train), await cpu.open(train)];
    for (const tokens of [9, 12]) {
      const feeds = padded(familyFeeds(reference, "embedding-output"), tokens);
      const [found, expected] = [await run(session, feeds), await run(onCpu, feeds)];
      for (const output of ["class_logits", "gradient"]) {
        const off = relativeError(
          found[output]!.data as Float32Array,
          expected[output]!.data as Float32Array,
        );
        assert(off < 1e-4, `${output} over ${tokens} tokens is off by ${off}`);
      }
    }
    await session.release();
    await onCpu.release();
  });

  for (const insertion of ["embedding-output", "word-embeddings"] as const satisfies Insertion[]) {
    Deno.test(`a step of ${name}, prompt at the ${insertion}, is that of float64 PyTorch`, async () => {
      const reference = await readFamily(name);
      const feeds = familyFeeds(reference, insertion);
      const { train } = await compiled(name, insertion);
      const outputs = await firstStep(train, feeds);
      const { class_logits, loss, gradient } = reference[insertion];
      const off = {
        logits: relativeError(outputs.class_logits!.data as Float32Array, class_logits.flat()),
        loss: relativeError(outputs.loss!.data as Float32Array, [loss]),
        gradient: relativeError(outputs.gradient!.data as Float32Array, gradient.flat()),
      };
      // Numbers of the graph itself (√8, say) are rounded too in half precision, which the reference does not know of.
      const slack = name.endsWith("fp16") ? 10 : 1;
      assert(off.logits < 1e-5 * slack && off.loss < 1e-5 * slack, JSON.stringify(off));
      assert(off.gradient < 1e-4 * slack, JSON.stringify(off));
    });

    Deno.test(`narrowing leaves a step of ${name}, prompt at the ${insertion}, what it was`, async () => {
      const feeds = familyFeeds(await readFamily(name), insertion);
      const { train, graph } = await compiled(name, insertion);
      const wide = unnarrowed(await Deno.readFile(path), path, insertion);
      const [found, expected] = [
        await firstStep(train, feeds),
        await firstStep(emit(wide, "wide"), feeds),
      ];
      for (const output of ["class_logits", "loss", "gradient", "prompt_next"]) {
        const off = relativeError(
          found[output]!.data as Float32Array,
          expected[output]!.data as Float32Array,
        );
        assert(off < 2e-5, `${output} is off by ${off}`);
      }
      const sizes = { batch: 32, sequence: 64, length: 20, classes: 2, words: 1 };
      const [narrowFlops, wideFlops] = [graph, wide].map((graph) => evaluate(matrixFlops(graph), sizes));
      // A range found over all rows of a tensor holds them together: no row can be left out of what is quantized with it.
      const most = name === "bert-int8" ? 0.9 : 0.7;
      assert(narrowFlops! < most * wideFlops!, `${narrowFlops} operations of ${wideFlops}`);
    });
  }
}

/** The training step without the passes that narrow it. */
function unnarrowed(bytes: Uint8Array, path: string, insertion: Insertion): Graph {
  const embedding = findEmbedding(
    exposePositions(canonicalize(importModel(readOnnxFile(bytes, path, readRegion)))).graph,
  );
  const { graph, prompt } = splice(embedding, insertion);
  return simplify(
    appendOptimizer(differentiate(addLoss(readAnswer(graph), "plain"), "loss", prompt), prompt, "adamw"),
  );
}
