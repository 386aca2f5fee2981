import { Option } from "commander";
import { LOG_FORMATS, type LogFormat } from "../terminal/json_log.ts";

/** The flag that all verbs have. */
export interface LogFlags {
  readonly log: LogFormat;
}

/** The flag `--log`. */
export function logFormat(): Option {
  return new Option(
    "--log <format>",
    "how messages and progress are written to standard error: for readers, or as JSON Lines for programs",
  ).choices(LOG_FORMATS).default("text");
}
