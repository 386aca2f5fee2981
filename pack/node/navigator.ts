/** What browsers and Deno tell about the machine, which Node does only from version 21 on. */
import process from "node:process";
import { availableParallelism } from "node:os";

export const hardwareConcurrency: number = availableParallelism();

/** Node has no WebGPU. */
export const gpu: undefined = undefined;

/** What an adapter is recognized by elsewhere. */
export const userAgent: string = `Node.js/${process.versions.node}`;
