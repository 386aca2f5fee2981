import { codeOf } from "../graph/element_types.ts";
import type { ClassifierSide, PlaceAroundText, PromptAroundText } from "./classifier_prompt.ts";
import { inner } from "./classifier_nodes.ts";
import { NodeList } from "./node_list.ts";

/**
 * The nodes that compute the inputs of a compiled graph from a text's `input_ids` and `attention_mask`, int64 [batch,
 * sequence]: the text's tokens without padding and special tokens, as many as fit, in the template, and padding after it.
 */
export class TextPrelude extends NodeList {
  /** The number of the text's tokens that are read, int64 [rows, 1], and that of the rows. */
  private readonly size: string;
  private readonly batch: string;

  /**
   * @param own the prefix of their names @param names of the compiled graph's inputs
   * @param afters what stands after the text, where each text is read in several rows, one after the other, that differ in this
   */
  constructor(
    own: string,
    private readonly prompt: PromptAroundText,
    names: ReadonlySet<string>,
    private readonly afters: readonly ClassifierSide[] = [prompt.after],
  ) {
    super(own);
    const { before, promptRows, firstPosition } = prompt;
    const ids = this.repeated("input_ids");
    this.batch = this.add("Shape", [ids], { start: 0, end: 1 });
    const around = (value: string, of: (side: ClassifierSide) => readonly number[]) =>
      this.add("Concat", [this.everywhere(of(before)), value, this.ofEach(afters.map(of))], COLUMNS);
    const first = this.integers([1], []);
    const text = this.textTokens(ids, prompt);
    const kept = around(text, ({ ids }) => ids.map(() => 1));
    // What is kept is added to zeros, each at its own place; what is left out adds 0 at the first.
    const place = this.add("Mul", [this.add("CumSum", [kept, first], { exclusive: 1 }), kept]);
    const lengths = this.add("ReduceSum", [kept, this.integers([1])], { keepdims: 1 });
    const longest = this.add("ReduceMax", [lengths, this.integers([0])], { keepdims: 0 });
    const zeros = this.add("Expand", [
      this.integers([0], [1, 1]),
      this.add("Concat", [this.batch, longest], ROWS),
    ]);
    const close = (values: string, input: string) => {
      const added = this.add("Mul", [values, kept]);
      this.add("ScatterElements", [zeros, place, added], { ...COLUMNS, reduction: "add" }, inner(input));
    };
    close(around(ids, (side) => side.ids), "input_ids");
    if (names.has("attention_mask")) close(kept, "attention_mask");
    if (names.has("position_ids")) {
      const counted = around(text, ({ counted }) => counted.map(Number));
      const earlier = this.add("CumSum", [counted, first], { exclusive: 1 });
      const position = this.add("Add", [earlier, this.integers([firstPosition])]);
      close(this.add("Mul", [position, counted]), "position_ids");
    }
    this.size = this.add("ReduceSum", [text, this.integers([1])], { keepdims: 1 });
    if (names.has("prompt_rows")) this.add("Identity", [this.rows(promptRows)], {}, inner("prompt_rows"));
  }

  /** int64 [rows, places]: where places around the text are. */
  protected rows(places: readonly PlaceAroundText[]): string {
    const { before } = this.prompt;
    const fixed = places.map(({ side, at }) => side === "before" ? at : before.ids.length + at);
    const isAfter = places.map(({ side }) => Number(side === "after"));
    return this.add("Add", [
      this.everywhere(fixed),
      this.add("Mul", [this.everywhere(isAfter), this.size]),
    ]);
  }

  /** int64 [rows, values]: those of each of a text's rows, the shorter ones with 0 after them. */
  protected ofEach(lists: readonly (readonly number[])[]): string {
    const width = Math.max(...lists.map(({ length }) => length));
    const [first = []] = lists;
    if (lists.length === 1 || width === 0) return this.everywhere(first);
    const padded = lists.flatMap((list) => [...list, ...Array<number>(width - list.length).fill(0)]);
    const own = this.integers(padded, [1, lists.length, width]);
    const texts = this.add("Shape", ["input_ids"], { start: 0, end: 1 });
    const shape = this.add("Concat", [texts, this.integers([lists.length, width])], ROWS);
    return this.add("Reshape", [this.add("Expand", [own, shape]), this.integers([-1, width])]);
  }

  /** An input of texts, int64 [batch, sequence], with each text once for each of its rows. */
  private repeated(name: string): string {
    const rows = this.afters.length;
    if (rows === 1) return name;
    const each = this.add("Unsqueeze", [name, this.integers([1])]);
    const length = this.add("Shape", [name], { start: 1, end: 2 });
    return this.add("Reshape", [
      this.add("Expand", [each, this.integers([1, rows, 1])]),
      this.add("Concat", [this.integers([-1]), length], ROWS),
    ]);
  }

  /** int64 [rows, values]: the same for each row. */
  private everywhere(values: readonly number[]): string {
    const row = this.integers(values, [1, values.length]);
    const shape = this.add("Concat", [this.batch, this.integers([values.length])], ROWS);
    return this.add("Expand", [row, shape]);
  }

  /** int64 [rows, sequence]: 1 at the first tokens of the text, as many as fit, 0 at the others, at padding and special tokens. */
  private textTokens(ids: string, { special, room }: PromptAroundText): string {
    const isToken = special.reduce(
      (before, id) => {
        const isOther = this.add("Not", [this.add("Equal", [ids, this.integers([id])])]);
        return this.add("And", [before, isOther]);
      },
      this.add("Cast", [this.repeated("attention_mask")], { to: codeOf("bool") }),
    );
    const tokens = this.add("Cast", [isToken], { to: codeOf("int64") });
    if (room === undefined) return tokens;
    const count = this.add("CumSum", [tokens, this.integers([1], [])]);
    const fits = this.add("LessOrEqual", [count, this.integers([room])]);
    return this.add("Mul", [tokens, this.add("Cast", [fits], { to: codeOf("int64") })]);
  }
}

/** Along the batch, and along the sequence. */
const ROWS = { axis: 0 } as const;
const COLUMNS = { axis: 1 } as const;
