import { CommanderError } from "commander";
import { CompileError } from "../compiler/graph/errors.ts";
import { InputError, terminalMessage } from "../base/errors.ts";
import { HubError } from "../hub/hub_error.ts";
import { Interrupted, TrainingError } from "../training/training_error.ts";
import { LockLost } from "../disk/lock.ts";
import { DiskError } from "../disk/on_disk.ts";
import { DeviceError } from "../device/device.ts";
import { isInputFault } from "../run/input_fault.ts";
import { STOP_CODES, type StopSignal } from "./stop_signals.ts";
import { forbidden } from "./forbidden.ts";
import { wrongPath } from "./wrong_path.ts";
import { OutputClosed } from "./io.ts";

/** The command line's exit codes. */
export const FAILED = 1;
export const WRONG_USE = 2;
export const REGRESSION = 3;
/** That of a program which SIGPIPE ends, as shells report it. */
export const OUTPUT_CLOSED = 141;

/** Runs of a batch failed; each failure has been reported. */
export class BatchFailed extends Error {
  override readonly name = "BatchFailed";
}

/** A metric got worse or runs are missing with `--fail-on-regression`, or runs are not finished with `--fail-on-unfinished`. */
export class GateFailed extends Error {
  override readonly name = "GateFailed";
}

/** The computer lacks what runs need. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** The exit code that an error ends the program with. @param stoppedBy the signal that interrupted it */
export function exitCodeOf(error: unknown, stoppedBy: StopSignal = "SIGINT"): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  if (isInputFault(error)) return WRONG_USE;
  if (error instanceof GateFailed) return REGRESSION;
  if (error instanceof OutputClosed) return OUTPUT_CLOSED;
  return error instanceof Interrupted ? STOP_CODES[stoppedBy] : FAILED;
}

/** Errors whose message is written for users. */
const KNOWN = [
  InputError,
  CompileError,
  TrainingError,
  DeviceError,
  DiskError,
  LockLost,
  HubError,
  BatchFailed,
  GateFailed,
  CheckFailed,
];

/**
 * The error of a command some of whose runs failed, each of which has been reported: where all of them lie in the input, that is wrong, and
 * the same command would fail again.
 *
 * @param areInputFaults of each failure, whether it lies in the input
 */
export function runsFailed(what: string, areInputFaults: readonly boolean[]): InputError | BatchFailed {
  return areInputFaults.every(Boolean) ? new InputError(what) : new BatchFailed(what);
}

/** The message of an error for the user; without a stack trace if the message names a way out. */
export function messageOf(error: unknown): string {
  const refusal = forbidden(error);
  if (refusal !== undefined) return refusal;
  const path = wrongPath(error);
  if (path !== undefined) return path;
  const known = KNOWN.some((kind) => error instanceof kind);
  return `${known ? "" : "unexpected: "}${terminalMessage(error)}`;
}
