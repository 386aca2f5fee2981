import { allDone } from "../base/all_done.ts";
import { ConfigValueError } from "../base/errors.ts";
import type { DownloadReporter } from "../hub/repository.ts";

/** A dataset on the hub, at one commit. */
export interface HubDataset {
  readonly commit: string;
  /**
   * The Parquet files of a split, in their order.
   *
   * @throws {ConfigValueError} where the dataset has no such split
   */
  files(split: string): Promise<string[]>;
}

/** The Parquet files that the hub converts every dataset to, … */
const CONVERTED = /^(?<config>[^/]+)\/(?<split>[^/]+)\/\d+\.parquet$/;
/** … and those that users upload. */
const UPLOADED = /^(?:(?<config>.+)\/)?(?<split>[^/]+?)-\d+-of-\d+(?:-\w+)?\.parquet$/;
/** The name of a dataset's only configuration, and of the folder that may contain its files. */
const DEFAULT = "default";
const DEFAULT_FOLDERS = [undefined, "data"];

/**
 * Finds a dataset on the hub.
 *
 * @param source owner/name
 * @param revision a branch, a tag or a commit
 * @param config one of its configurations; may be left out where there is only one
 * @throws {ConfigValueError} where there is none of that name
 */
export async function findHubDataset(
  source: string,
  revision: string,
  config: string | undefined,
  downloads: DownloadReporter,
): Promise<HubDataset> {
  const { Repository } = await import("../hub/repository.ts");
  const { hubSettings } = await import("../hub/settings.ts");
  const named = { type: "dataset" as const, name: source };
  const repository = await Repository.open(named, revision, await hubSettings(), downloads);
  const configs = configurations(await repository.paths());
  const names = [...configs.keys()];
  const chosen = config ?? (configs.has(DEFAULT) ? DEFAULT : names[0]);
  const splits = chosen === undefined ? undefined : configs.get(chosen);
  if (splits === undefined || config === undefined && chosen !== DEFAULT && names.length > 1) {
    const message = names.length === 0
      ? `revision '${revision}' of the dataset '${source}' has no Parquet files that are named after a split (for example train-00000-of-00001.parquet)`
      : `the dataset '${source}' has the configurations ${names.join(", ")}: name one as 'dataset.config'`;
    throw new ConfigValueError([{ path: ["dataset", config === undefined ? "source" : "config"], message }]);
  }
  return {
    commit: repository.commit,
    files: async (split) => {
      const paths = splits.get(split);
      if (paths === undefined) {
        const message = `the dataset '${source}' has no split '${split}' (it has ${
          [...splits.keys()].join(", ")
        })`;
        throw new ConfigValueError([{ path: ["dataset", "split"], message }]);
      }
      return await allDone(paths.map(async (path) => (await repository.file(path))!));
    },
  };
}

/** Parquet files by configuration and split. */
function configurations(paths: readonly string[]): Map<string, Map<string, string[]>> {
  const found = new Map<string, Map<string, string[]>>();
  for (const path of [...paths].sort()) {
    const { config, split } = (CONVERTED.exec(path) ?? UPLOADED.exec(path))?.groups ?? {};
    if (split === undefined) continue;
    const name = config === undefined || DEFAULT_FOLDERS.includes(config) ? DEFAULT : config;
    const splits = found.get(name) ?? new Map<string, string[]>();
    found.set(name, splits.set(split, [...splits.get(split) ?? [], path]));
  }
  return found;
}
