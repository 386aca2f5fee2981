import { assert, assertEquals } from "@std/assert";
import { ModelProtoSchema } from "onnx-buf";
import { create } from "@bufbuild/protobuf";
import type { FileRegion } from "../../../src/compiler/mod.ts";
import { type NamedConstant, transposedCopies } from "../../../src/compiler/frontend/transposed_copies.ts";

/** Weights in a file that is a list of numbers, and how many bytes of it were read. */
class Weights {
  readonly weights: NamedConstant[] = [];
  read = 0;
  private readonly numbers: number[] = [];

  /** A matrix whose element in each row and column is what `at` says. */
  add(name: string, rows: number, columns: number, at: (row: number, column: number) => number): this {
    const region = { path: "data", offset: 4 * this.numbers.length, length: 4 * rows * columns };
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) this.numbers.push(at(row, column));
    }
    this.weights.push({ name, constant: { type: "float32", dims: [rows, columns], region } });
    return this;
  }

  copies(): [string, string][] {
    const bytes = new Uint8Array(Float32Array.from(this.numbers).buffer);
    const read = ({ offset, length }: FileRegion) => {
      this.read += length;
      return bytes.slice(offset, offset + length);
    };
    const file = { path: "model.onnx", bytes, model: create(ModelProtoSchema), read };
    return [...transposedCopies(this.weights, file)];
  }
}

const table = (row: number, column: number) => Math.sin(row * 31 + column);

Deno.test("a matrix that holds another's columns as its rows is a copy of it; one number makes it another", () => {
  const almost = (row: number, column: number) =>
    table(column, row) + (row === 36 && column === 9002 ? 1 : 0);
  const weights = new Weights().add("words", 9003, 37, table)
    .add("head", 37, 9003, (row, column) => table(column, row))
    .add("almost", 37, 9003, almost)
    .add("again", 9003, 37, table);
  assertEquals(weights.copies(), [["head", "words"]]);
});

Deno.test("a copy may precede the original, and NaN equals itself", () => {
  const holed = (row: number, column: number) => row === column ? NaN : table(row, column);
  const weights = new Weights().add("wide", 5, 40, holed).add(
    "tall",
    40,
    5,
    (row, column) => holed(column, row),
  );
  assertEquals(weights.copies(), [["tall", "wide"]]);
});

Deno.test("many layers of transposed shapes are distinguished by a few numbers each", () => {
  const weights = new Weights();
  for (let layer = 0; layer < 24; layer++) {
    const own = (row: number, column: number) => table(row, column) + layer;
    weights.add(`up.${layer}`, 32, 96, own).add(
      `gate.${layer}`,
      32,
      96,
      (row, column) => -own(row, column) - 1,
    );
    weights.add(`down.${layer}`, 96, 32, own);
  }
  assertEquals(weights.copies(), []);
  assert(weights.read < 72 * 64, `${weights.read} bytes`);
});

Deno.test("matrices of one number throughout are two weights that start equal", () => {
  const zeros = new Weights().add("up", 9003, 3, () => 0).add("down", 3, 9003, () => 0);
  assertEquals(zeros.copies(), []);
});

Deno.test("square matrices and other types are never copies", () => {
  const square = new Weights().add("one", 8, 8, () => 0).add("other", 8, 8, () => 0);
  assertEquals(square.copies(), []);
});
