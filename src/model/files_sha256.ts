import { sha256OfJson } from "../base/sha256.ts";
import type { OpenModel } from "./open_model.ts";

/** One hash of all files that a model's answers depend on. */
export function filesSha256({ files }: Pick<OpenModel, "files">): string {
  return sha256OfJson(files);
}
