import { Option } from "commander";
import { collect } from "../commands/flag_values.ts";

/** The flags of a verb that reads files which name others, as they are on the command line. */
export type ReadFlags<Flags> = Flags & { readonly allowRead: readonly string[] };

/** The flag by which the user lets files that the command line names lead out of their projects. */
export function allowRead(): Option {
  return new Option(
    "--allow-read <path>",
    "a file or folder outside the project that the files may name, as often as needed",
  ).argParser(collect).default([], "none");
}
