import { CompileError } from "../compiler/mod.ts";
import { ExperimentError, InputError } from "../experiment/errors.ts";
import { totalSteps } from "../training/trainer.ts";
import { compileExperiment, encodeDataset, positionCounting, prepare } from "./prepare.ts";
import { readExperiment, withPlaces } from "./run.ts";

/**
 * `softprompt validate`: checks experiment files and all that they name, without running them.
 *
 * @throws {InputError} with the problems of all files
 */
export async function validate(files: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) {
    try {
      await withPlaces(file, () => check(file));
    } catch (error) {
      if (!(error instanceof InputError || error instanceof CompileError)) throw error;
      problems.push(error instanceof ExperimentError ? error.message : `${file}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw new InputError(problems.join("\n"));
}

/** Checks one file and says what would run. */
async function check(file: string): Promise<void> {
  const prepared = await prepare(await readExperiment(file), file);
  const { experiment, dataset } = prepared;
  const compiled = await compileExperiment(prepared);
  const { truncated } = encodeDataset(prepared, positionCounting(prepared, compiled));
  const steps = experiment.training
    ? `${totalSteps(experiment.training, dataset.train.length)} steps`
    : "no training";
  const cut = truncated.train + truncated.validation + truncated.test;
  console.log(
    `${file}: ${experiment.prompt.kind} prompt, ${dataset.train.length} training, ${dataset.validation.length} validation, ${dataset.test.length} test examples, ${steps}, ${cut} texts cut`,
  );
}
