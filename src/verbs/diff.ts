import { type Command, Option } from "commander";
import type { DiffFlags } from "../commands/diff.ts";
import { baselineName, DIFF_FORMATS, gate, level } from "../commands/flag_values.ts";
import { baselineFile, BASELINES, MAIN_BASELINE } from "../results/baseline_place.ts";
import { thrownMessage } from "../base/errors.ts";
import { asJson } from "./as_json.ts";

/** The metrics that fail a gate unless others are named. */
const USUAL_GATE = "accuracy,macroF1,loss,exactMatch,tokenF1,rougeL";

/** What `diff` does with its arguments and flags. */
export interface DiffVerb {
  diff(a: string, b: string, flags: DiffFlags): Promise<void>;
}

/** The flags of `diff` as they are on the command line. */
type DiffLine = Omit<DiffFlags, "isGateChosen"> & {
  readonly baseline?: string | boolean;
  readonly baselines: string;
  readonly json: boolean;
};

/** Adds `diff` to the command line. */
export function addDiff(program: Command, verbs: DiffVerb): void {
  program.command("diff")
    .description("show what differs between two results, and whether the difference is significant")
    .argument(
      "[a]",
      "what is compared with: the folder of a run or of a sweep, a saved report, a baseline's file, or results of lm-evaluation-harness, promptfoo or inspect_ai",
    )
    .argument("[b]", "the result to compare with it, in any of the same forms")
    .option(
      "--baseline [name]",
      `compare one result with a baseline that was set; its name is ${MAIN_BASELINE} where none is given`,
    )
    .option("--baselines <dir>", "the folder of baselines", BASELINES)
    .addOption(
      new Option("--format <how>", "the format on standard output").choices(DIFF_FORMATS).default(
        "text",
      ),
    )
    .option(
      "--fail-on-regression",
      "end with exit code 3 where a metric of the gate got worse, or runs are missing",
      false,
    )
    .addOption(
      new Option("--gate <metrics>", "the metrics that may fail it; sets --fail-on-regression")
        .argParser(gate).default(gate(USUAL_GATE), USUAL_GATE).implies({ failOnRegression: true }),
    )
    .option("--allow-missing", "let it pass where a side lacks runs or has some that are not complete", false)
    .option("--junit <file>", "a file to write: each metric of the gate as a test case, in JUnit's XML")
    .addOption(asJson().conflicts("format"))
    .option("--alpha <level>", "the significance level of the tests", level, 0.05)
    .addHelpText(
      "after",
      "\nExample:\n  softprompt diff results/rt-hard results/rt-soft-20 --format markdown",
    )
    .action((a: string | undefined, b: string | undefined, flags: DiffLine, command: Command) => {
      const { baseline, baselines, json, ...given } = flags;
      const [one, other] = sidesOf([a, b].filter((side) => side !== undefined), baseline, baselines, command);
      const isGateChosen = command.getOptionValueSource("gate") === "cli";
      return verbs.diff(one, other, { ...given, ...(json && { format: "json" }), isGateChosen });
    });
}

/** The two sides: the arguments, or the baseline and the only argument, which may stand where the baseline's name would. */
function sidesOf(
  given: readonly string[],
  baseline: string | boolean | undefined,
  baselines: string,
  command: Command,
): readonly [string, string] {
  const [a, b] = given;
  if (baseline === undefined) {
    if (a !== undefined && b !== undefined) return [a, b];
    return command.error("error: two results are compared: name both, or one and --baseline");
  }
  const hasName = typeof baseline === "string" && a !== undefined;
  const run = a ?? baseline;
  if (b !== undefined || typeof run !== "string") {
    return command.error("error: --baseline compares one result with the baseline: name that one");
  }
  try {
    return [baselineFile(baselines, hasName ? baselineName(baseline) : MAIN_BASELINE), run];
  } catch (error) {
    return command.error(`error: '--baseline ${baseline}': ${thrownMessage(error)}`);
  }
}
