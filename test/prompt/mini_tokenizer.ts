import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { MINI } from "../shared.ts";

/** The tokenizer of the model that comes with the project. */
export const tokenizer = await readTokenizer(MINI);
