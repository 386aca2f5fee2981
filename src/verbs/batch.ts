import { type Command, Option } from "commander";
import { FUSE_MODES } from "../batch/fuse.ts";
import type { BatchFlags } from "../commands/batch_flags.ts";
import { collect, shardOf, wholeNumber } from "../commands/flag_values.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";
import { asJson } from "./as_json.ts";
import { reportToTrackers } from "./report_to.ts";

/** What `batch` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface BatchVerb {
  batch(args: readonly string[], flags: BatchFlags, allowRead: readonly string[]): Promise<void>;
}

/** The flags of `batch` as they are on the command line. */
type BatchLine = Omit<BatchFlags, "overrides"> & { readonly set: readonly string[] };

/** Adds `batch` to the command line. */
export function addBatch(program: Command, verbs: BatchVerb): void {
  program.command("batch")
    .description(
      "execute all runs that experiment files ask for, including sweeps and variants, and summarize them",
    )
    .argument("<files...>", "experiment files, folders of them, or patterns")
    .option("--results <dir>", "the folder that results go into", "results")
    .option("--jobs <n>", "the number of runs to execute at the same time", wholeNumber, 1)
    .addOption(
      new Option(
        "--fuse <mode>",
        "whether to fuse the steps of runs with the same compiled step, prompt length and verbalizer; auto: only on a GPU",
      ).choices(FUSE_MODES).default("auto"),
    )
    .option("--only <pattern>", "run only those whose name matches a pattern (*length=5*) or contains a text")
    .option(
      "--set <key=value>",
      "set a key of all files to another value; the results go into folders named after it",
      collect,
      [],
    )
    .option("--force", "run again even if nothing has changed", false)
    .option("--no-history", "remove the complete runs that others replace, instead of keeping the last ten")
    .option("--no-self-check", "skip the comparison of the compiled graphs with the model's own file")
    .option(
      "--no-replay",
      "on WebGPU, compute each batch through ONNX Runtime instead of replaying a recording",
    )
    .option("--fail-fast", "start no more runs after one fails", false)
    .option(
      "--shard <i/n>",
      "run only the i-th of n parts, to share a batch among machines; auto: this task's part of what submit has planned; last: what comes after all tasks",
      shardOf,
    )
    .option("--plan <file>", "the plan that --shard auto follows, where it is not plan.json in the results")
    .option("--summarize", "run nothing: write the summaries of the results that are there", false)
    .option("--dry-run", "run nothing: show what would run, with an estimate of its time", false)
    .addOption(reportToTrackers())
    .addOption(asJson())
    .addOption(allowRead())
    .option("--yes", "execute more than 1000 runs", false)
    .addHelpText("after", "\nExample:\n  softprompt batch experiments/rt-polarity --only seed=0")
    .action((files: string[], { set: overrides, allowRead, ...flags }: ReadFlags<BatchLine>) =>
      verbs.batch(files, { ...flags, overrides }, allowRead)
    );
}
