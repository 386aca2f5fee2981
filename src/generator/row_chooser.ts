import type { RowChoice } from "../compiler/mod.ts";
import { type DeviceTensor, int64Tensor, type ResidentSession } from "../device/device.ts";
import { tensorNamed } from "../device/tensor_data.ts";

/** Tensors on a device, by name. */
export type DeviceTensors = Readonly<Record<string, DeviceTensor>>;

/** What is added to a name where rows are chosen (`chooseRows` of the compiler). */
const CHOSEN = "_chosen";

/** Chooses rows of tensors on the device. */
export class RowChooser {
  /** @param session of the choice's graph */
  constructor(private readonly choice: RowChoice, private readonly session: ResidentSession) {}

  /** @returns the chosen rows, new tensors by the same names; those that were given are still there */
  async choose(tensors: DeviceTensors, rows: readonly number[]): Promise<DeviceTensors> {
    const found = await this.session.run({ ...tensors, rows: int64Tensor(rows, [rows.length]) });
    return Object.fromEntries(
      this.choice.names.map((name) => [name, tensorNamed(found, `${name}${CHOSEN}`)]),
    );
  }
}

/** Frees tensors on their device. */
export function freeAll(tensors: DeviceTensors): void {
  for (const tensor of Object.values(tensors)) tensor.free();
}

/** Whether each row is what it was. @param before their number before */
export function isSame(rows: readonly number[], before: number): boolean {
  return rows.length === before && rows.every((row, i) => row === i);
}
