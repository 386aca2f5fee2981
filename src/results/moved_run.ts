import { isAbsolute, join, relative, resolve } from "@std/path";
import { equal } from "@std/assert/equal";
import { withSha256 } from "../base/sha256.ts";
import { readTextLimited } from "../disk/read_limited.ts";
import { isWithin } from "../disk/project.ts";
import { readWritten } from "../experiment/read_written.ts";
import { replacePaths } from "../experiment/replace_paths.ts";
import { WRITTEN_LIMIT, writtenValue } from "../experiment/written_value.ts";
import { experimentYaml } from "./experiment_yaml.ts";
import { jsonText } from "./json_text.ts";
import { experimentSha256 } from "./own_files.ts";
import type { Environment } from "./run_files.ts";

/** A run that gets another place. All paths are real ones. */
export interface Move {
  readonly folder: string;
  /** The folder of all results that it is in: those of its runs that it names will be as near to its new place. */
  readonly results: string;
  readonly place: string;
}

/**
 * The files of a run that name what is elsewhere by a path from the run's folder, as they must be in its new place: the same models, data
 * and prompts are found from there.
 *
 * @returns their texts by their names; none where no path changes
 */
export async function movedFiles(move: Move, environment: Environment): Promise<Record<string, string>> {
  const { folder, results, place } = move;
  const fromPlace = (written: string) => {
    const target = resolve(folder, written);
    if (isAbsolute(written) || isWithin(target, results)) return written;
    return relative(place, target).replaceAll("\\", "/");
  };
  const text = await readTextLimited(join(folder, "experiment.yaml"), WRITTEN_LIMIT);
  const asked = writtenValue(text);
  // Without a folder, the source of the model is an id on the hub.
  const isId = environment.model.folder === undefined;
  const written = replacePaths(
    Object(asked),
    (path, key) => isId && key.join(".") === "model.source" ? path : fromPlace(path),
  );
  const now = movedEnvironment(environment, fromPlace);
  if (equal(written, asked) && equal(now, environment)) return {};
  const yaml = equal(written, asked) ? text : experimentYaml(readWritten(written));
  const files = environment.files && {
    ...environment.files,
    ...(environment.files["experiment.yaml"] !== undefined && { "experiment.yaml": experimentSha256(yaml) }),
  };
  return {
    "experiment.yaml": yaml,
    "environment.json": jsonText(withSha256({ ...now, ...(files && { files }) })),
  };
}

function movedEnvironment(environment: Environment, fromPlace: (path: string) => string): Environment {
  const placed = <Part extends { readonly folder?: string }>(part: Part): Part =>
    part.folder === undefined ? part : { ...part, folder: fromPlace(part.folder) };
  const { model, dataset, transfer } = environment;
  return {
    ...environment,
    model: placed(model),
    dataset: placed(dataset),
    ...(transfer && {
      transfer: Object.fromEntries(Object.entries(transfer).map(([name, part]) => [name, placed(part)])),
    }),
  };
}
