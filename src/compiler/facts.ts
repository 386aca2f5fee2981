import { type Attention, attentionOf } from "./analysis/attention_direction.ts";
import { canonicalize } from "./passes/canonicalize.ts";
import { findEmbedding, isLookupBy } from "./analysis/embedding_layer.ts";
import { CompileError } from "./graph/errors.ts";
import { ancestors, type Constant, liveNodes, type Node } from "./graph/graph.ts";
import { importAnswering } from "./frontend/import.ts";
import { numberFormatOf } from "./frontend/number_format.ts";
import { bytesOfConstant, type OnnxFile } from "./frontend/onnx_file.ts";
import { paddingRow } from "./analysis/padding_row.ts";
import { tableLookups, type UncountedToken } from "./analysis/position_lookups.ts";
import { type Exposed, exposePositions } from "./passes/expose_positions.ts";
import { sequenceLimit } from "./analysis/sequence_limit.ts";

/** The facts about a model that its graph shows, whatever the files next to it claim. */
export interface ModelFacts {
  /** The number of rows of the word embeddings: smaller ids can be read. */
  readonly rows: number;
  /** The number of words that the logits are over: smaller ids can be answered. */
  readonly words: number;
  /** The scale from the rows of the word table to the word embeddings; 1 where there is none. */
  readonly scale: number;
  /** The number that the model multiplies its word embeddings by, after the place where a prompt enters with them; 1 where there is none. */
  readonly multiplier: number;
  /** Whether the file gives the logits of only one token of each text, usually the last. */
  readonly ofOneToken: boolean;
  /** The names of the inputs that the logits depend on, once positions are an input. */
  readonly inputs: readonly string[];
  /** Whether tokens attend to those after them; `undefined` where the graph does not show it. */
  readonly attention: Attention | undefined;
  /** Whether it takes the keys and values of earlier tokens. */
  readonly takesPast: boolean;
  /** The positions that the embedding layer adds; `undefined` where it adds none. */
  readonly positions: PositionFacts | undefined;
  /** Whether activations are quantized as it runs, on a scale that depends on all texts of a batch. */
  readonly quantizesActivations: boolean;
  /** The most tokens of text and prompt together that buffers of a fixed size allow, where there are such. */
  readonly sequence: number | undefined;
  /** The facts about its decoder, where it is an encoder-decoder model; only text can be read of such a model. */
  readonly decoder: DecoderFacts | undefined;
}

/** What a graph shows about the decoder of an encoder-decoder model. */
export interface DecoderFacts {
  /** The number of rows of its word embeddings: smaller ids can be read. */
  readonly rows: number | undefined;
  /** The most tokens of a target that buffers of a fixed size allow, where there are such. */
  readonly target: number | undefined;
}

/** Positions that an embedding layer looks up. */
export interface PositionFacts {
  /** The `position_ids` of a text's first token. */
  readonly first: number;
  /** The number of positions of a text. */
  readonly limit: number;
  /** The row of the table that is kept for padding, where `first` follows from it. */
  readonly padding: number | undefined;
  /** Tokens that take no position, where the graph counts so, or its table keeps a row for one of them. */
  readonly uncounted: readonly UncountedToken[];
}

/**
 * Derives the facts about a model from its graph.
 *
 * @throws {CompileError} where the graph is no language model that the compiler knows
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { factsOf, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const facts = factsOf(readOnnxFile(await Deno.readFile(path), path));
 * assertEquals(facts.words, 8192);
 * assertEquals(facts.attention, "bidirectional");
 * assertEquals(facts.positions?.limit, 64);
 * ```
 */
export function factsOf(file: OnnxFile): ModelFacts {
  const { graph: imported, ofOneToken } = importAnswering(file);
  const graph = canonicalize(imported);
  const embedding = findEmbedding(graph);
  const rows = embedding.lookup.inputs[0]!.shape[0];
  const words = graph.outputs.get("logits")!.shape[2];
  if (typeof rows !== "number" || typeof words !== "number") {
    throw new CompileError(
      `${file.path}: the sizes of its vocabulary are not known (${rows} rows, ${words} words)`,
    );
  }
  const read = (constant: Constant) => bytesOfConstant(constant, file);
  const exposed = exposePositions(graph);
  const positions = positionFacts(exposed, read);
  const readers = new Set(tableLookups(findEmbedding(exposed.graph)).map(({ node }) => node));
  const others = liveNodes(exposed.graph).filter((node) => !readers.has(node));
  const used = new Set(liveNodes(exposed.graph).flatMap(({ inputs }) => inputs));
  return {
    rows,
    words,
    scale: embedding.scale,
    multiplier: embedding.multiplier,
    ofOneToken,
    inputs: exposed.graph.inputs.filter((input) => used.has(input)).map(({ name }) => name),
    attention: attentionOf(embedding, read),
    takesPast: (file.decoder ?? file).model.graph!.input.some(({ name }) => name.startsWith("past")),
    positions,
    quantizesActivations: [file, ...file.decoder ? [file.decoder] : []].some((one) =>
      numberFormatOf(one).quantizesActivations
    ),
    sequence: sequenceLimit(others, positions?.first ?? 0),
    decoder: file.decoder && decoderFacts(liveNodes(exposed.graph)),
  };
}

/** The facts that the nodes of a joined model show about its decoder. */
function decoderFacts(nodes: readonly Node[]): DecoderFacts {
  const lookup = nodes.find((node) => isLookupBy(node, "decoder_input_ids"));
  const rows = lookup?.inputs[0]?.shape[0];
  return { rows: typeof rows === "number" ? rows : undefined, target: sequenceLimit(nodes, 0, "target") };
}

/** The first and last position: a file that takes positions and adds nothing to them may reserve a row for padding. */
function positionFacts(
  { graph, lookups, first }: Exposed,
  read: (constant: Constant) => Uint8Array | undefined,
): PositionFacts | undefined {
  if (lookups.length === 0) return undefined;
  const isRaw = lookups.every((lookup) => lookup.choice === "given" && lookup.first === 0);
  const padding = isRaw ? paddingRow(lookups[0]!, read, graph.source) : undefined;
  const start = padding === undefined ? 0 : padding + 1;
  const limits = lookups.flatMap((lookup) => {
    const indices = lookup.node.op === "Slice" ? undefined : lookup.node.inputs[1];
    const buffers = indices ? sequenceLimit(ancestors(indices), start) : undefined;
    return [lookup.rows - lookup.first - start, buffers ?? Infinity];
  });
  const uncounted = padding !== undefined
    ? [{ id: padding, position: padding }]
    : lookups[0]!.uncounted.map(({ id, position }) => ({
      id,
      position: position - lookups[0]!.first + first,
    }));
  return { first: first + start, limit: Math.min(...limits), padding, uncounted };
}
