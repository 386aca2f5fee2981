import { ExampleFiles } from "../../src/dataset/example_files.ts";
import { type Dataset, loadDataset } from "../../src/dataset/load.ts";
import type { DatasetSpec } from "../../src/experiment/types.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";

/** Loads a dataset as an experiment file would, its template holding these columns. */
export function load(
  spec: DatasetSpec,
  file: string,
  classes: readonly string[],
  seed: number,
  placeholders: readonly string[] = ["text"],
): Promise<Dataset> {
  return loadDataset(
    spec,
    file,
    classes,
    seed,
    placeholders,
    logDownloads(() => {}),
    new ExampleFiles(),
  );
}
