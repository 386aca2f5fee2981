import { type DeviceTensor, float32Tensor, type Tensor } from "../device/device.ts";
import { float32Data } from "../device/tensor_data.ts";

/** An output of a bank, float32 [prompts, …], of which each prompt's part has its own owner. */
export class BankTensor {
  private owners: number;
  private here: Promise<Tensor> | undefined;

  /** @param prompts the number of parts; when all are freed, so is the tensor */
  constructor(readonly whole: DeviceTensor, readonly prompts: number) {
    this.owners = prompts;
  }

  /** The tensor of one prompt. */
  part(prompt: number): BankPart {
    return new BankPart(this, prompt);
  }

  /** Copies the whole tensor into the host's memory, once. */
  read(): Promise<Tensor> {
    return this.here ??= this.whole.read();
  }

  /** Releases one part. */
  freePart(): void {
    if (--this.owners === 0) this.whole.free();
  }
}

/** One prompt's part of a bank's output. */
export class BankPart implements DeviceTensor {
  private isFreed = false;

  constructor(readonly bank: BankTensor, readonly prompt: number) {}

  get dims(): readonly number[] {
    return this.bank.whole.dims.slice(1);
  }

  async read(): Promise<Tensor> {
    const data = float32Data(await this.bank.read());
    const size = data.length / this.bank.prompts;
    return float32Tensor(
      data.slice(this.prompt * size, (this.prompt + 1) * size),
      this.dims,
    );
  }

  free(): void {
    if (this.isFreed) return;
    this.isFreed = true;
    this.bank.freePart();
  }
}
