import { type Command, Option } from "commander";
import type { PredictFlags } from "../commands/predict.ts";
import { PREDICTION_FORMATS } from "../commands/flag_values.ts";
import { TABLE_KINDS } from "../experiment/table_kind.ts";
import { CHOICES, DEFAULTS } from "../experiment/experiment_file.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";

/** What `predict` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface PredictVerb {
  predict(
    run: string,
    texts: readonly string[],
    flags: PredictFlags,
    allowRead: readonly string[],
  ): Promise<void>;
}

/** Adds `predict` to the command line. */
export function addPredict(program: Command, verbs: PredictVerb): void {
  program.command("predict")
    .description(
      "classify texts with a run's prompt, or answer them where its answers are generated; writes a line for each to standard output, and how good the answers are to standard error, where texts have labels or right answers",
    )
    .argument("<run>", "the folder of a run")
    .argument("[texts...]", "texts to classify or to answer")
    .option(
      "--file <path>",
      "a file of texts, with the columns that the run was tuned on: .csv, .tsv, .jsonl, .json or .parquet; in a .txt file each line is a text, or a label and a text as in the run's data; - is standard input, and what is typed there is answered line by line where answers are generated",
    )
    .addOption(
      new Option(
        "--input-format <kind>",
        "how the file is written (default: by its name; standard input is jsonl)",
      ).choices(TABLE_KINDS),
    )
    .addOption(
      new Option("--format <name>", "how the answers are written").choices(PREDICTION_FORMATS).default(
        "jsonl",
      ),
    )
    .option(
      "--encoding <name>",
      `the file's encoding (default: that of the run's data of the same kind, else ${DEFAULTS.dataset.encoding})`,
    )
    .addOption(
      new Option("--device <kind>", "the device to compute on (default: that of the experiment)").choices(
        CHOICES.device,
      ),
    )
    .option("--model <dir>", "the model's folder, if it has moved since the run")
    .option(
      "--prompt <file>",
      "a prompt.safetensors that was tuned in the page of serve for this run, in place of the run's own prompt and classes; not where answers are generated",
    )
    .option("--results <dir>", "the folder of all results, with the cache of compiled steps", "results")
    .addOption(allowRead())
    .addHelpText(
      "after",
      '\nExample:\n  softprompt predict results/first-soft "two hours that i will never get back ."\n  softprompt predict results/questions --file questions.jsonl --format csv',
    )
    .action((run: string, texts: string[], { allowRead, ...flags }: ReadFlags<PredictFlags>) =>
      verbs.predict(run, texts, flags, allowRead)
    );
}
