import { Tokenizer } from "../../src/model/tokenizer.ts";
import { MINI } from "../shared.ts";

/** The tokenizer of the model that comes with the project. */
export const tokenizer = await Tokenizer.read(MINI);
