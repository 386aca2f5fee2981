import { allDone } from "../base/all_done.ts";
import type { DeviceTensor, Tensor } from "../device/device.ts";
import type { Parameters } from "./early_stopping.ts";
import { dispose } from "./step.ts";

/** The parameters and the optimizer's state between two steps, on the device after the first step. */
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

  /** Replaces the tensors by a step's outputs, `<name>_next` each, and frees the old ones. */
  advance(next: Readonly<Record<string, DeviceTensor>>): void {
    const before = this.tensors;
    this.tensors = Object.fromEntries(Object.keys(before).map((name) => [name, next[`${name}_next`]!]));
    for (const tensor of Object.values(before)) dispose(tensor);
  }

  /** Copies all tensors into the host's memory; those on the device stay there. */
  async read(): Promise<{ parameters: Parameters; state: Parameters }> {
    const here = await allDone(
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

  /** Frees the tensors on the device. */
  free(): void {
    for (const tensor of Object.values(this.tensors)) dispose(tensor);
  }
}
