import type { Constant } from "../graph/graph.ts";
import { hasLength, ofLength } from "../graph/tuple.ts";
import { bytesOf, type OnnxFile } from "./onnx_file.ts";

/** A weight by its name. */
export interface NamedConstant {
  readonly name: string;
  readonly constant: Constant;
}

/** The number of elements of a matrix that are sampled before it is compared whole. */
const PROBES = 8;

/** The largest number of matrices that agree in their samples and are compared whole with another. */
const MOST_ALIKE = 4;

/** The number of rows of the longer side compared at a time: 24 MiB of each matrix, where the shorter side has 768. */
const ROWS_AT_ONCE = 8192;

/** The number of rows of the shorter side compared at a time: the numbers in a cache line. */
const COLUMNS_AT_ONCE = 16;

/**
 * Finds the float32 matrices that are transposes of others. Of those whose shapes fit, only a few elements
 * are read first, and the whole, piece by piece, only where these agree. Matrices that hold one number throughout, for example
 * zeros, are never copies: they agree because they were initialized so.
 *
 * @param file that they are weights of
 * @returns for each copy, by its name, the name of the first earlier matrix that it is a copy of and that is no copy itself
 */
export function transposedCopies(
  weights: readonly NamedConstant[],
  file: OnnxFile,
): Map<string, string> {
  const shapes = new Set(weights.map(({ constant: { dims } }) => dims.join()));
  const originals = new Map<string, NamedConstant[]>();
  const copies = new Map<string, string>();
  for (const weight of weights) {
    const { type, dims } = weight.constant;
    if (type !== "float32" || !hasLength(dims, 2)) continue;
    const [rows, columns] = dims;
    const mayHaveCopies = rows !== columns && shapes.has(`${columns},${rows}`);
    const matrix = mayHaveCopies ? Matrix.of(weight, file) : undefined;
    if (matrix === undefined) continue;
    const samples = matrix.probes();
    if (samples.every((one) => one === samples[0]) && matrix.isUniform()) continue;
    const probes = samples.join();
    const alike = originals.get(`${columns},${rows}:${probes}`) ?? [];
    const original = alike.find((other) => matrix.isTransposed(Matrix.of(other, file)!));
    if (original !== undefined) copies.set(weight.name, original.name);
    else {
      const key = `${rows},${columns}:${probes}`;
      const others = originals.get(key) ?? [];
      if (others.length < MOST_ALIKE) originals.set(key, [...others, weight]);
    }
  }
  return copies;
}

/** The bits of a float32 matrix, read on demand. */
class Matrix {
  private constructor(
    readonly rows: number,
    readonly columns: number,
    private readonly bytes: (offset: number, length: number) => Uint8Array,
  ) {}

  /** `undefined` where its numbers cannot be read. */
  static of({ name, constant: { dims, bytes, region } }: NamedConstant, file: OnnxFile): Matrix | undefined {
    const [rows, columns] = ofLength(dims, 2, `the axes of '${name}'`);
    if (bytes) return new Matrix(rows, columns, (offset, length) => bytes.subarray(offset, offset + length));
    if (region === undefined || file.read === undefined) return undefined;
    const what = `initializer '${name}' in ${file.path}`;
    return new Matrix(
      rows,
      columns,
      (offset, length) => bytesOf({ ...region, offset: region.offset + offset, length }, what, file)!,
    );
  }

  /** Some elements, the same ones of a matrix and of its transpose. */
  probes(): number[] {
    const long = Math.max(this.rows, this.columns);
    const short = Math.min(this.rows, this.columns);
    return Array.from({ length: PROBES }, (_, i) => {
      const [a, b] = [Math.floor((i + 0.5) * long / PROBES), (i * 7919 + 1) % short];
      return this.rows > this.columns ? this.piece(a, b, 1)[0]! : this.piece(b, a, 1)[0]!;
    });
  }

  /** Whether another matrix is the transpose of this one, to the bit. */
  isTransposed(other: Matrix): boolean {
    if (this.rows < this.columns) return other.isTransposed(this);
    const { rows, columns } = this;
    for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
      const count = Math.min(ROWS_AT_ONCE, rows - from);
      const ours = this.piece(from, 0, count * columns);
      for (let first = 0; first < columns; first += COLUMNS_AT_ONCE) {
        const wide = Math.min(COLUMNS_AT_ONCE, columns - first);
        const theirs = Array.from({ length: wide }, (_, i) => other.piece(first + i, from, count));
        for (let row = 0; row < count; row++) {
          for (let i = 0; i < wide; i++) {
            if (ours[row * columns + first + i] !== theirs[i]![row]) return false;
          }
        }
      }
    }
    return true;
  }

  /** Whether all its elements are the same to the bit. */
  isUniform(): boolean {
    const [first] = this.piece(0, 0, 1);
    for (let from = 0; from < this.rows; from += ROWS_AT_ONCE) {
      const count = Math.min(ROWS_AT_ONCE, this.rows - from);
      if (this.piece(from, 0, count * this.columns).some((element) => element !== first)) return false;
    }
    return true;
  }

  private piece(row: number, column: number, count: number): Int32Array {
    const found = this.bytes(4 * (row * this.columns + column), 4 * count);
    const aligned = found.byteOffset % 4 === 0 ? found : found.slice();
    return new Int32Array(aligned.buffer, aligned.byteOffset, count);
  }
}
