import { InputError } from "../base/errors.ts";

/** A run whose answers are of another form than those that are asked for: it is not damaged. */
export class OtherAnswers extends InputError {
  override readonly name = "OtherAnswers";
}
