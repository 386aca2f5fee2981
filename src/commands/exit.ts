import { red } from "@std/fmt/colors";
import { CommanderError } from "commander";
import { CompileError } from "../compiler/mod.ts";
import { InputError } from "../experiment/errors.ts";
import { Interrupted, TrainingError } from "../training/trainer.ts";
import { DeviceError } from "../device/device.ts";

/** The command line's exit codes. */
export const FAILED = 1, WRONG_USE = 2, INTERRUPTED = 130;

/** The exit code that an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  if (error instanceof InputError || error instanceof CompileError) return WRONG_USE;
  return error instanceof Interrupted ? INTERRUPTED : FAILED;
}

/** What a person is told; no stack trace, as what they can put right themselves says how. */
export function messageOf(error: unknown): string {
  const known = [InputError, CompileError, TrainingError, DeviceError].some((kind) => error instanceof kind);
  return `${red("error")}: ${known ? "" : "unexpected: "}${
    error instanceof Error ? error.message : String(error)
  }`;
}
