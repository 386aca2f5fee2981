/**
 * `sumGroups` for sixteen resamples at a time, in WebAssembly: JavaScript has no instructions that multiply and add two numbers
 * at once. Each sum is added in the same order, and rounded after each operation, so that its bits are those of `sumGroups`.
 *
 * The module, by hand (https://webassembly.github.io/spec/core/binary/):
 *
 *   (func (export "sum") (param $end i32) (param $ends i32) (param $example i32) (param $weight i32) (param $sum i32)
 *     loop $group
 *       s0 … s7 = 0
 *       block $done
 *         loop $term
 *           (br_if $done (i32.ge_u $example (i32.load $end)))
 *           $counts = (i32.load $example)
 *           $times = (v128.load64_splat $weight)
 *           s0 = (f64x2.add s0 (f64x2.mul (v128.load offset=0 $counts) $times)) … s7 = … offset=112
 *           $example += 4, $weight += 8
 *           (br $term)
 *       (v128.store offset=0 $sum s0) … (v128.store offset=112 $sum s7)
 *       $sum += 128, $end += 4
 *       (br_if $group (i32.lt_u $end $ends)))
 *
 * @module
 */

/** The number of resamples that are summed together. */
export const TOGETHER = 16;

/** The vectors of two numbers that hold these. */
const VECTORS = Array.from({ length: TOGETHER / 2 }, (_, i) => i);

const I32 = 0x7f;
const V128 = 0x7b;
/** The parameters and local variables, by their indices. */
const [END, ENDS, EXAMPLE, WEIGHT, SUM, COUNTS, TIMES, FIRST_SUM] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** The module's code, without the lengths that stand before it. */
function code(): number[] {
  const get = (local: number) => [0x20, local];
  const assign = (local: number) => [0x21, local];
  const advance = (local: number, bytes: number) => [
    ...get(local),
    ...[0x41, ...signed(bytes)], // i32.const
    0x6a, // i32.add
    ...assign(local),
  ];
  const loadI32 = (address: number) => [...get(address), 0x28, 2, 0];
  const zero = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]; // v128.const
  const addProduct = (i: number) => [
    ...get(FIRST_SUM + i),
    ...[...get(COUNTS), 0xfd, 0x00, 3, 16 * i], // v128.load
    ...get(TIMES),
    ...[0xfd, 0xf2, 0x01], // f64x2.mul
    ...[0xfd, 0xf0, 0x01], // f64x2.add
    ...assign(FIRST_SUM + i),
  ];
  const store = (i: number) => [...get(SUM), ...get(FIRST_SUM + i), 0xfd, 0x0b, 3, 16 * i];
  const [none, end] = [0x40, 0x0b];
  return [
    ...[0x03, none], // loop $group
    ...VECTORS.flatMap((i) => [...zero, ...assign(FIRST_SUM + i)]),
    ...[0x02, none], // block $done
    ...[0x03, none], // loop $term
    ...[...get(EXAMPLE), ...loadI32(END), 0x4f, 0x0d, 1], // br_if $done
    ...[...loadI32(EXAMPLE), ...assign(COUNTS)],
    ...[...get(WEIGHT), 0xfd, 0x0a, 3, 0, ...assign(TIMES)], // v128.load64_splat
    ...VECTORS.flatMap(addProduct),
    ...advance(EXAMPLE, Int32Array.BYTES_PER_ELEMENT),
    ...advance(WEIGHT, Float64Array.BYTES_PER_ELEMENT),
    ...[0x0c, 0, end, end], // br $term
    ...VECTORS.flatMap(store),
    ...advance(SUM, TOGETHER * Float64Array.BYTES_PER_ELEMENT),
    ...advance(END, Int32Array.BYTES_PER_ELEMENT),
    ...[...get(END), ...get(ENDS), 0x49, 0x0d, 0, end], // br_if $group
    end,
  ];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const sized = (bytes: readonly number[]) => [...unsigned(bytes.length), ...bytes];
  const text = (name: string) => sized([...new TextEncoder().encode(name)]);
  const section = (id: number, content: readonly number[]) => [id, ...sized(content)];
  const locals = [2, 1, I32, 1 + VECTORS.length, V128];
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]), // types: one function
    ...section(2, [1, ...text("js"), ...text("memory"), 2, 0, 1]), // imports: a memory
    ...section(3, [1, 0]), // functions
    ...section(7, [1, ...text("sum"), 0, 0]), // exports
    ...section(10, [1, ...sized([...locals, ...code()])]),
  );
}

/** A number of at most four digits of seven bits, in LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [value % 0x80 + 0x80, ...unsigned(Math.floor(value / 0x80))];
}

/** A number that is not negative in signed LEB128, whose last digit has six bits. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [value % 0x80 + 0x80, ...signed(Math.floor(value / 0x80))];
}

let compiled: WebAssembly.Module | undefined;

/**
 * Sums groups of weighted examples that lie in a memory. All parameters are addresses there.
 *
 * @param end of the first of the groups' ends, each the address after the group's last example (u32)
 * @param ends the address after the last end
 * @param example of the first example: the address of its counts (u32), which are [TOGETHER] numbers (f64)
 * @param weight of the first example's weight (f64)
 * @param sum of the sums that are written, [groups, TOGETHER] (f64)
 */
export type SumKernel = (end: number, ends: number, example: number, weight: number, sum: number) => void;

/** The kernel on a memory. */
export function sumKernel(memory: WebAssembly.Memory): SumKernel {
  compiled ??= new WebAssembly.Module(moduleBytes());
  const { sum } = new WebAssembly.Instance(compiled, { js: { memory } }).exports;
  if (typeof sum !== "function") throw new TypeError("the module exports no function");
  return (...addresses) => void sum(...addresses);
}
