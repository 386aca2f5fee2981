/**
 * Options of V8 for tests, in Deno and in Chromium.
 *
 * V8 compiles ONNX Runtime's WebAssembly a second time with its optimizing compiler, in the background: 8 seconds of processor
 * time for each process, more than most tests compute. With this budget, it does so only for the functions where it pays.
 */
export const V8_FLAGS = "--wasm-tiering-budget=200000000";

/**
 * Those of Deno alone. Tests make many objects that live shortly: in a young generation of this size, in MiB, V8 collects them less often,
 * which takes 5 to 10% less processor time.
 */
export const DENO_V8_FLAGS: string = [
  V8_FLAGS,
  "--min-semi-space-size=32",
  "--max-semi-space-size=64",
].join();
