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
  /** Whether it is to be sliced each time that a graph runs, and not when it is opened, which would keep a copy of it. */
  readonly isSlicedAtRun?: boolean;
}

/** A float attribute; a plain number is an integer attribute. */
export interface Float {
  /** The number, which ONNX keeps as a float32. */
  readonly float: number;
}

/** What an attribute holds, by its kind (https://onnx.ai/onnx/repo-docs/IR.html, `AttributeProto.AttributeType`). */
export interface AttributeKinds {
  /** A whole number. */
  readonly integer: number;
  /** A list of whole numbers. */
  readonly integers: readonly number[];
  /** A float32. */
  readonly float: Float;
  /** A list of float32 numbers. */
  readonly floats: { readonly floats: readonly number[] };
  /** A text. */
  readonly string: string;
  /** A list of texts. */
  readonly strings: readonly string[];
  /** A tensor. */
  readonly tensor: { readonly tensor: Constant };
}

/** The name of a kind of attribute. */
export type AttributeKind = keyof AttributeKinds;

/** An attribute of a node: integer(s), float(s), string(s) or a tensor. */
export type Attribute = AttributeKinds[AttributeKind];

/** The attributes of a node by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** Tells whether an attribute is of a kind, in which it is a number; an empty list is of both kinds of its form. */
const IS_OF_KIND: Readonly<Record<AttributeKind, (value: Attribute) => boolean>> = {
  integer: Number.isInteger,
  integers: (value) => Array.isArray(value) && value.every(Number.isInteger),
  float: (value) => typeof value === "object" && "float" in value && !Number.isNaN(value.float),
  floats: (value) => typeof value === "object" && "floats" in value && !value.floats.some(Number.isNaN),
  string: (value) => typeof value === "string",
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  tensor: (value) => typeof value === "object" && "tensor" in value,
};

/** Whether an attribute is of a kind. */
export function isOfKind<Kind extends AttributeKind>(
  value: Attribute,
  kind: Kind,
): value is AttributeKinds[Kind] {
  return IS_OF_KIND[kind](value);
}
