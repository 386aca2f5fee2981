import { Option } from "commander";

/** The flag of every verb that prints a table: what it prints is JSON, for programs. */
export function asJson(): Option {
  return new Option("--json", "print JSON, for programs, instead of tables").default(false, "no");
}
