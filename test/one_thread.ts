/**
 * Makes a test file compute with one thread, as the suite runs a file for each core. ONNX Runtime's threads wait for each other in loops:
 * where others need the cores, each second thread costs half of the processor time and gains nothing. Results are the same bits with any
 * number of threads, as a test of the device shows.
 *
 * @module
 */

Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 });
