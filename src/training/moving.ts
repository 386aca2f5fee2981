import type { DeviceTensor, Tensor } from "../device/device.ts";
import { drop } from "./step.ts";

/** The prompt and the optimizer's state between two steps, on the device once a step has been taken. */
export class Moving {
  /** @param tensors `prompt`, and each state by its name */
  constructor(private tensors: Readonly<Record<string, Tensor | DeviceTensor>>) {}

  /** As inputs of the next step. */
  get feeds(): Readonly<Record<string, Tensor | DeviceTensor>> {
    return this.tensors;
  }

  /** Takes a step's outputs, `<name>_next` each, in place of what it was made from, which is freed. */
  advance(next: Readonly<Record<string, DeviceTensor>>): void {
    const before = this.tensors;
    this.tensors = Object.fromEntries(Object.keys(before).map((name) => [name, next[`${name}_next`]!]));
    for (const tensor of Object.values(before)) drop(tensor);
  }

  /** Brings all into the host's memory; what is on the device stays there. */
  async read(): Promise<{ prompt: Tensor; state: Readonly<Record<string, Tensor>> }> {
    const here = await Promise.all(
      Object.entries(this.tensors).map(async ([name, tensor]) =>
        [name, "data" in tensor ? tensor : await tensor.read()] as const
      ),
    );
    const { prompt, ...state } = Object.fromEntries(here);
    return { prompt: prompt!, state };
  }

  /** Frees what is on the device. */
  free(): void {
    for (const tensor of Object.values(this.tensors)) drop(tensor);
  }
}
