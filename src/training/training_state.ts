import type { DeviceTensor, Tensor } from "../device/device.ts";
import type { Parameters } from "./early_stopping.ts";
import { dispose } from "./step.ts";

/** What is tuned and the optimizer's state between two steps, on the device once a step has been taken. */
export class TrainingState {
  private tensors: Readonly<Record<string, Tensor | DeviceTensor>>;
  private readonly tuned: readonly string[];

  constructor(parameters: Parameters, state: Parameters) {
    this.tensors = { ...state, ...parameters };
    this.tuned = Object.keys(parameters);
  }

  /** As inputs of the next step. */
  get feeds(): Readonly<Record<string, Tensor | DeviceTensor>> {
    return this.tensors;
  }

  /** Takes a step's outputs, `<name>_next` each, in place of what it was made from, which is freed. */
  advance(next: Readonly<Record<string, DeviceTensor>>): void {
    const before = this.tensors;
    this.tensors = Object.fromEntries(Object.keys(before).map((name) => [name, next[`${name}_next`]!]));
    for (const tensor of Object.values(before)) dispose(tensor);
  }

  /** Brings all into the host's memory; what is on the device stays there. */
  async read(): Promise<{ parameters: Parameters; state: Parameters }> {
    const here = await Promise.all(
      Object.entries(this.tensors).map(async ([name, tensor]) =>
        [name, "data" in tensor ? tensor : await tensor.read()] as const
      ),
    );
    const isTuned = ([name]: readonly [string, Tensor]) => this.tuned.includes(name);
    return {
      parameters: Object.fromEntries(here.filter(isTuned)),
      state: Object.fromEntries(here.filter((one) => !isTuned(one))),
    };
  }

  /** Frees what is on the device. */
  free(): void {
    for (const tensor of Object.values(this.tensors)) dispose(tensor);
  }
}
