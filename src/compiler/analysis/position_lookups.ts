import { scalarOf } from "../graph/constants.ts";
import { product, sameDimension, symbol } from "../graph/dimension.ts";
import { type Embedding, isTable, throughCarriers } from "./embedding_layer.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import { ancestors, dependents, liveNodes, type Node, type Value } from "../graph/graph.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";
import { cutsOf } from "../ops/cutting.ts";
import { definitionOf } from "../ops/mod.ts";
import { interpreterOf, PLAIN_ID } from "./probe.ts";
import { hasTokens, isTokens, isTokenWise } from "./token_wise.ts";

const TOKENS = product([symbol("batch"), symbol("sequence")]);

/** The way that the rows of a table in the embedding layer are chosen. */
export type Choice =
  /** The same row for every token: token types. */
  | "constant"
  /** The same row for every token except special ones that the graph knows. */
  | "by-token"
  /** Rows first, first + 1, first + 2, … of every text, which the graph itself counts. */
  | "counted"
  /** The row `position_ids` + first. */
  | "given";

/** A token that takes no position of its own: RoBERTa counts those that are not its padding token, whatever the mask is. */
export interface UncountedToken {
  /** Its token id. */
  readonly id: number;
  /** The row that it reads; as a fact of a model, its `position_ids`. */
  readonly position: number;
}

/** A node of the embedding layer that reads rows of a table, other than the words'. */
export interface TableLookup {
  readonly node: Node;
  readonly choice: Choice;
  readonly first: number;
  /** The number of rows of the table. */
  readonly rows: number;
  /** The tokens that counting skips. */
  readonly uncounted: readonly UncountedToken[];
}

/**
 * Finds the tables that an embedding layer reads, and their indices, by interpreting the graph on synthetic texts, not from names.
 *
 * @throws {CompileError} naming the node, where a table's indices cannot be determined, or positions enter in another way
 */
export function tableLookups(embedding: Embedding): TableLookup[] {
  const { graph, lookup, output } = embedding;
  const before = ancestors(output);
  const found = liveNodes(graph).filter((node) => before.has(node) && node !== lookup)
    .flatMap((node) => lookupOf(node, graph.source) ?? []);
  refuseOthers(embedding, found);
  return found;
}

function lookupOf(node: Node, source: string): TableLookup | undefined {
  const { lookup } = definitionOf(node.op);
  if (node.op !== "Slice" && lookup?.of !== "slices") return undefined;
  const [table, indices] = node.inputs;
  const rank = table?.shape.length ?? 0;
  const rows = table?.shape[rank - 2];
  if (!isTable(table) || !indices || typeof rows !== "number") return undefined;
  if (node.op === "Slice") {
    const slice = cutsOf(node).find(({ axis }) => axis === rank - 2);
    const grows = slice && typeof slice.start === "number" && slice.step === 1 && isTokens(slice.end);
    return grows ? { node, choice: "counted", first: Number(slice.start), rows, uncounted: [] } : undefined;
  }
  if (lookup?.of !== "slices" || axisOf(integerAttribute(node, lookup.axis, 0), rank) !== rank - 2) {
    return undefined;
  }
  const ids = throughCarriers(indices);
  if (ids.name === "input_ids" && !ids.producer) return undefined;
  const { choice, first } = chosenBy(indices) ?? {};
  if (choice === undefined || first === undefined || (choice === "counted" && !isPerToken(indices))) {
    throw notUnderstood(node, source);
  }
  const uncounted = choice === "counted" ? uncountedBy(indices, first) : [];
  if (uncounted === undefined) throw notUnderstood(node, source);
  return { node, choice, first, rows, uncounted };
}

/** The largest number of ids that a graph compares tokens with as it counts them. */
const MOST_IDS = 64;

/** The tokens that counted indices skip; `undefined` where they do something else at a token. */
function uncountedBy(indices: Value, first: number): UncountedToken[] | undefined {
  const uncounted: UncountedToken[] = [];
  const ids = knownIds(indices);
  if (ids.size > MOST_IDS) return undefined;
  for (const id of ids) {
    const interpreter = interpreterOf({ batch: 1, sequence: 3, ids: [PLAIN_ID, id, PLAIN_ID] });
    const [before, position, after] = interpreter.valueOf(indices)?.items ?? [];
    if (before === first && position === first + 1 && after === first + 2) continue;
    if (before !== first || position === undefined || position < 0 || after !== first + 1) return undefined;
    uncounted.push({ id, position });
  }
  return uncounted;
}

/** Ids that indices may depend on: padding, separators. */
function knownIds(indices: Value): Set<number> {
  const scalars = [...ancestors(indices)].flatMap(({ inputs }) => inputs.map(scalarOf));
  return new Set(scalars.filter((item) => item !== undefined && item >= 0 && item < PLAIN_ID) as number[]);
}

/** Whether the elements of indices are the tokens of one text or of all, in order. */
function isPerToken({ shape }: Value): boolean {
  return sameDimension(product(shape), TOKENS) || sameDimension(product(shape), symbol("sequence"));
}

/** The kind of indices on synthetic texts; `undefined` where they are neither one number nor positions. */
function chosenBy(indices: Value): Pick<TableLookup, "choice" | "first"> | undefined {
  const batch = 2;
  const seen = [4, 5].flatMap((sequence) =>
    [(_: number, at: number) => at, (text: number, at: number) => 2 * at + text + 1].map((position) => {
      const items = interpreterOf({ batch, sequence, position }).valueOf(indices)?.items ?? [];
      const given = (i: number) => position(Math.floor(i / sequence), i % sequence);
      return { items: Array.from(items), sequence, given, isWhole: items.length === batch * sequence };
    })
  );
  const first = seen[0]!.items[0];
  if (first === undefined || !Number.isInteger(first) || first < 0) return undefined;
  const all = (holds: (item: number, i: number, probe: typeof seen[number]) => boolean) =>
    seen.every((probe) => probe.items.length > 0 && probe.items.every((item, i) => holds(item, i, probe)));
  if (all((item) => item === first)) {
    return { choice: isSameForSpecial(indices, first) ? "constant" : "by-token", first };
  }
  if (all((item, i, { sequence }) => item === first + i % sequence)) return { choice: "counted", first };
  if (all((item, i, { given, isWhole }) => isWhole && item === first + given(i))) {
    return { choice: "given", first };
  }
  return undefined;
}

/** Whether indices are one number also at tokens that they may depend on: padding, separators. */
function isSameForSpecial(indices: Value, first: number): boolean {
  const ids = [PLAIN_ID, ...knownIds(indices)];
  const interpreter = interpreterOf({ batch: 1, sequence: ids.length, ids });
  return interpreter.valueOf(indices)?.items.every((item) => item === first) ?? false;
}

/** Refuses anything else in the embedding layer that depends on a token's position. */
function refuseOthers({ graph, words, output }: Embedding, lookups: readonly TableLookup[]): void {
  const nodes = liveNodes(graph);
  const fromWords = dependents(nodes, [words]);
  const before = ancestors(output);
  const known = new Set(lookups.flatMap(({ node }) => node.outputs));
  const interpreter = interpreterOf({ batch: 2, sequence: 4, isZero: (value) => known.has(value) });
  const explained = new Set<Value>();
  const explain = (value: Value, producer: Node): boolean => {
    if (!hasTokens(value) || known.has(value)) return true;
    const items = interpreter.valueOf(value)?.items;
    if (items?.every((item) => item === items[0])) return true;
    const given = producer.inputs.filter((input) => input !== null);
    return isTokenWise(producer) && given.some(hasTokens) && given.every(isExplained);
  };
  const isExplained = (value: Value) =>
    value.producer === undefined || value.integers !== undefined || explained.has(value);
  for (const node of nodes) {
    if (!before.has(node)) continue;
    for (const output of node.outputs) if (explain(output, node)) explained.add(output);
  }
  for (const node of nodes) {
    if (!before.has(node) || !node.inputs.some((input) => input && fromWords.has(input))) continue;
    const other = node.inputs.find((input) => input && !fromWords.has(input) && !isExplained(input));
    if (other) throw notUnderstood(other.producer ?? node, graph.source);
  }
}

function notUnderstood({ op, name }: Node, source: string): CompileError {
  return new CompileError(
    `${source}: ${
      operatorOfNode(op, name)
    } gives the embedding layer something for each token that is neither a table's row at the token's position nor the same for all tokens, so that the positions of a text after a prompt are not known: export the model with an input 'position_ids'`,
  );
}
