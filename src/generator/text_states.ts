import { int64Tensor, type Tensor } from "../device/device.ts";
import { type DeviceTensors, freeAll, isSame, type RowChooser } from "./row_chooser.ts";

/** What a model has made of texts and keeps as it is, once for each text, on the device. */
export class TextStates {
  private chosen: { readonly texts: readonly number[]; readonly tensors: DeviceTensors } | undefined;

  /**
   * @param all of all texts, in their order
   * @param lengths of the texts, in tokens
   * @param chooser absent where nothing is kept
   */
  constructor(
    private readonly all: DeviceTensors,
    private readonly lengths: readonly number[],
    private readonly chooser: RowChooser | undefined,
  ) {}

  /** What is kept of some texts, a row for each; valid until the next call. */
  async of(texts: readonly number[]): Promise<DeviceTensors> {
    if (this.chooser === undefined || isSame(texts, this.lengths.length)) return this.all;
    const { chosen } = this;
    if (chosen?.texts.length === texts.length && texts.every((text, i) => text === chosen.texts[i])) {
      return chosen.tensors;
    }
    this.freeChosen();
    const tensors = await this.chooser.choose(this.all, texts);
    this.chosen = { texts, tensors };
    return tensors;
  }

  /** The mask of some texts, int64 [texts, sequence]. */
  mask(texts: readonly number[]): Tensor {
    const sequence = Math.max(...this.lengths);
    const rows = texts.flatMap((text) =>
      Array.from({ length: sequence }, (_, i) => Number(i < this.lengths[text]!))
    );
    return int64Tensor(rows, [texts.length, sequence]);
  }

  /** Frees everything. */
  free(): void {
    this.freeChosen();
    freeAll(this.all);
  }

  private freeChosen(): void {
    if (this.chosen !== undefined) freeAll(this.chosen.tensors);
    this.chosen = undefined;
  }
}
