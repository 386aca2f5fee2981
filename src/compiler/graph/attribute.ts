import type { ElementType } from "./element_types.ts";

/** A piece of a file: where an initializer's bytes lie on disk, so that a graph can point at them and not copy them. */
export interface FileRegion {
  /** The file's path. */
  readonly path: string;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A tensor known at compile time. Its bytes are little-endian, row by row, a view into the model's file where they can be. */
export interface Constant {
  /** The type of its elements. */
  readonly type: ElementType;
  /** Its shape; [] for a scalar. */
  readonly dims: readonly number[];
  /** Absent if the tensor is in a file next to the model that has not been read. */
  readonly bytes?: Uint8Array;
  /** Present when the bytes can be referred to in a file. */
  readonly region?: FileRegion;
}

/** A float attribute; a plain number is an integer attribute. */
export interface Float {
  /** The number, which ONNX keeps as a float32. */
  readonly float: number;
}

/** An attribute of a node: integer(s), float(s), string(s) or a tensor. */
export type Attribute =
  | number
  | readonly number[]
  | Float
  | { readonly floats: readonly number[] }
  | string
  | readonly string[]
  | { readonly tensor: Constant };

/** The attributes of a node by name. */
export type Attributes = Readonly<Record<string, Attribute>>;
