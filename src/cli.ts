/**
 * The program: a command line's verb is done. A verb's module is loaded when it is called.
 *
 * @module
 */
import { CommanderError } from "commander";
import { exitCodeOf, messageOf } from "./terminal/exit_codes.ts";
import type { Io } from "./terminal/io.ts";
import { styleFor } from "./terminal/style.ts";
import { commandLine, type Verbs } from "./verbs/command_line.ts";

/**
 * Runs a command line. Errors go to standard error, without a stack trace.
 *
 * @param args the verb, its arguments and flags
 * @returns the exit code
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    await commandLine(verbsOf(io), io).parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // Commander has printed the error in the flag, with the usage.
    if (!(error instanceof CommanderError)) {
      io.log(`${styleFor(io.hasColors.stderr)("red", "error")}: ${messageOf(error)}`);
    }
    return exitCodeOf(error, io.stoppedBy());
  }
}

/** The launcher has granted what `--allow-read` names before the program starts. */
function verbsOf(io: Io): Verbs {
  return {
    run: async (files, flags) => (await import("./commands/run.ts")).run(files, flags, io),
    batch: async (args, flags) => (await import("./commands/batch.ts")).batch(args, flags, io),
    diff: async (a, b, flags) => (await import("./commands/diff.ts")).diff(a, b, flags, io),
    predict: async (run, texts, flags) =>
      (await import("./commands/predict.ts")).predict(run, texts, flags, io),
    export: async (run, flags) => (await import("./commands/export.ts")).exportRun(run, flags, io),
    validate: async (args, flags) => (await import("./commands/validate.ts")).validate(args, flags, io),
    compile: async (flags) => (await import("./commands/compile.ts")).compile(flags, io),
    serve: async (run, flags) => (await import("./commands/serve.ts")).serve(run, flags, io),
    data: async (name, flags) => (await import("./commands/data.ts")).data(name, flags, io),
  };
}
