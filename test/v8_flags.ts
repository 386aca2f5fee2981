/**
 * Options of V8 for tests, in Deno and in Chromium.
 *
 * V8 compiles ONNX Runtime's WebAssembly a second time with its optimizing compiler, in the background: 8 seconds of processor
 * time for each process, more than most tests compute. With this budget, it does so only for the functions where it pays.
 */
export const V8_FLAGS = "--wasm-tiering-budget=1000000000";
