/** Tuning failed. The last good checkpoint has been emitted before. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
}

/** Tuning was interrupted; a checkpoint has been emitted before. */
export class Interrupted extends TrainingError {
  override readonly name = "Interrupted";
}

/** Tuning stopped after the step that it was asked to stop after; a checkpoint has been emitted before. */
export class Stopped extends Interrupted {
  /** @param seconds the time of all steps so far, with that of their validations */
  constructor(message: string, readonly seconds: number) {
    super(message);
  }
}
