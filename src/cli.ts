/**
 * The program: a command line's verb is done. A verb's module is loaded when it is called.
 *
 * @module
 */
import { CommanderError } from "commander";
import { type CommandIo, commandIo } from "./terminal/command_io.ts";
import { exitCodeOf, messageOf, OUTPUT_CLOSED } from "./terminal/exit_codes.ts";
import type { Io } from "./terminal/io.ts";
import { styleFor } from "./terminal/style.ts";
import { commandLine, type Verbs } from "./verbs/command_line.ts";

/**
 * Runs a command line. Errors go to standard error, without a stack trace.
 *
 * @param args the verb, its arguments and flags
 * @param given what it prints and reads
 * @returns the exit code
 */
export async function main(args: readonly string[], given: Io): Promise<number> {
  const io = await commandIo(given);
  try {
    await commandLine(verbsOf(io), io).parseAsync([...args], { from: "user" });
    return io.isOutputClosed() ? OUTPUT_CLOSED : 0;
  } catch (error) {
    const code = exitCodeOf(error, io.stoppedBy());
    if (code === 0 && io.isOutputClosed() || code === OUTPUT_CLOSED) return OUTPUT_CLOSED;
    // Commander has printed the error in the flag, with the usage.
    if (!(error instanceof CommanderError)) {
      io.log(`${styleFor(io.hasColors.stderr)("red", "error")}: ${messageOf(error)}`);
    }
    return code;
  } finally {
    io.progress.end();
  }
}

/** The launcher has granted what `--allow-read` names before the program starts. */
function verbsOf(io: CommandIo): Verbs {
  return {
    run: async (files, flags) => (await import("./commands/run.ts")).run(files, flags, io),
    batch: async (args, flags) => (await import("./commands/batch.ts")).batch(args, flags, io),
    submit: async (args, flags) => (await import("./commands/submit.ts")).submit(args, flags, io),
    diff: async (a, b, flags) => (await import("./commands/diff.ts")).diff(a, b, flags, io),
    baseline: async (_set, run, flags) =>
      (await import("./commands/baseline.ts")).setBaseline(run, flags, io),
    list: async (folder, flags) => (await import("./commands/list.ts")).list(folder, flags, io),
    status: async (folder, flags) => (await import("./commands/status.ts")).status(folder, flags, io),
    show: async (run, flags) => (await import("./commands/show.ts")).show(run, flags, io),
    view: async (folder, flags) => (await import("./commands/view.ts")).view(folder, flags, io),
    clean: async (files, flags) => (await import("./commands/clean.ts")).clean(files, flags, io),
    merge: async (folders, flags) => (await import("./commands/merge.ts")).merge(folders, flags, io),
    report: async (runs, flags) => (await import("./commands/report.ts")).report(runs, flags, io),
    predict: async (run, texts, flags) =>
      (await import("./commands/predict.ts")).predict(run, texts, flags, io),
    export: async (run, flags) => (await import("./commands/export.ts")).exportRun(run, flags, io),
    validate: async (args, flags) => (await import("./commands/validate.ts")).validate(args, flags, io),
    compile: async (flags) => (await import("./commands/compile.ts")).compile(flags, io),
    serve: async (run, flags) => (await import("./commands/serve.ts")).serve(run, flags, io),
    init: async (folder, flags) => (await import("./commands/init.ts")).init(folder, flags, io),
    schema: async () => (await import("./commands/schema.ts")).schemaCommand(io),
    data: async (name, flags) => (await import("./commands/data.ts")).data(name, flags, io),
    doctor: async (flags) => (await import("./commands/doctor.ts")).doctor(flags, io),
    completions: async (shell, verbs) =>
      (await import("./commands/completions.ts")).completions(shell, verbs, io),
  };
}
