/**
 * The verbs and their flags, apart from what they do: the launcher reads a command line as the program does.
 *
 * @module
 */
import { Command } from "commander";
import project from "../../deno.json" with { type: "json" };
import type { CommandIo } from "../terminal/command_io.ts";
import { addBatch, type BatchVerb } from "./batch.ts";
import { addCompile, type CompileVerb } from "./compile.ts";
import { addData, type DataVerb } from "./data.ts";
import { addCompletions, type CompletionsVerb } from "./completions.ts";
import { addDiff, type DiffVerb } from "./diff.ts";
import { addDoctor, type DoctorVerb } from "./doctor.ts";
import { addExport, type ExportVerb } from "./export.ts";
import { addInit, type InitVerb } from "./init.ts";
import { addList, type ListVerb } from "./list.ts";
import { addPredict, type PredictVerb } from "./predict.ts";
import { addReport, type ReportVerb } from "./report.ts";
import { addRun, type RunVerb } from "./run.ts";
import { addSchema, type SchemaVerb } from "./schema.ts";
import { addShow, type ShowVerb } from "./show.ts";
import { addStatus, type StatusVerb } from "./status.ts";
import { addClean, type CleanVerb } from "./clean.ts";
import { addBaseline, type BaselineVerb } from "./baseline.ts";
import { addServe, type ServeVerb } from "./serve.ts";
import { type LogFlags, logFormat } from "./log_format.ts";
import { addMerge, type MergeVerb } from "./merge.ts";
import { addView, type ViewVerb } from "./view.ts";
import { addSubmit, type SubmitVerb } from "./submit.ts";
import { addValidate, type ValidateVerb } from "./validate.ts";

/** What each verb does with its arguments and flags. */
export type Verbs =
  & RunVerb
  & BatchVerb
  & SubmitVerb
  & DiffVerb
  & BaselineVerb
  & ListVerb
  & StatusVerb
  & ShowVerb
  & ViewVerb
  & MergeVerb
  & CleanVerb
  & ReportVerb
  & PredictVerb
  & ExportVerb
  & ValidateVerb
  & CompileVerb
  & ServeVerb
  & DataVerb
  & InitVerb
  & SchemaVerb
  & DoctorVerb
  & CompletionsVerb;

/** Each verb of the command line, in the order of the help. */
const VERBS: readonly ((program: Command, verbs: Verbs) => void)[] = [
  addInit,
  addRun,
  addBatch,
  addSubmit,
  addDiff,
  addBaseline,
  addList,
  addStatus,
  addShow,
  addView,
  addMerge,
  addClean,
  addReport,
  addPredict,
  addExport,
  addValidate,
  addCompile,
  addServe,
  addData,
  addSchema,
  addDoctor,
  addCompletions,
];

/**
 * The command line: its verbs, their arguments and flags.
 *
 * @param verbs what each verb does
 * @param io takes help, and errors in flags, which end the program with a `CommanderError`
 */
export function commandLine(
  verbs: Verbs,
  io: Pick<CommandIo, "print" | "log" | "hasColors" | "logAs">,
): Command {
  const line = (text: string) => text.replace(/\n$/, "");
  const program = new Command("softprompt")
    .description("Prompt tuning from experiment files: a frozen language model, a soft prompt, ONNX Runtime.")
    .version(project.version)
    .exitOverride()
    .showHelpAfterError("(see --help for usage)")
    .configureOutput({
      writeOut: (text) => io.print(line(text)),
      writeErr: (text) => io.log(line(text)),
      getOutHasColors: () => io.hasColors.stdout,
      getErrHasColors: () => io.hasColors.stderr,
    });
  for (const add of VERBS) add(program, verbs);
  for (const command of program.commands) command.addOption(logFormat());
  program.hook("preAction", (_, command) => {
    io.logAs(command.opts<LogFlags>().log);
    refuseEmpty(command);
  });
  return program;
}

/** The name of arguments that are texts, not paths. */
const TEXTS = "texts";

/**
 * Refuses empty arguments and flags, as of a shell's variable that is not set: an empty path would be the working directory. Only
 * texts may be empty.
 */
function refuseEmpty(command: Command): void {
  const isEmpty = (value: unknown) => [value].flat().includes("");
  const argument = command.registeredArguments.find((argument, i) =>
    argument.name() !== TEXTS && isEmpty(command.processedArgs[i])
  );
  const flag = command.options.find((option) => isEmpty(command.getOptionValue(option.attributeName())));
  const empty = argument === undefined ? flag?.flags : `<${argument.name()}>`;
  if (empty !== undefined) command.error(`error: '${empty}' is empty: give it a value`);
}
