import { basename, join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { readBaseline } from "../results/baseline_file.ts";
import { isBaselinePath } from "../results/baseline_place.ts";

/** Which runs baselines were made of, by the runs' absolute paths, and which files were no baselines, and why. */
export interface BaselineMarks {
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly troubles: readonly string[];
}

/** What is known of a baseline's file, until it changes. */
interface ReadMark {
  readonly changed: number;
  readonly source: string | undefined;
  readonly trouble?: string;
}

/** Reads which runs the baselines in a folder were made of. A file that has not changed is read once. */
export class BaselineReader {
  private readonly read = new Map<string, ReadMark>();

  /** @param folder of all baselines, which need not be there */
  constructor(private readonly folder: string) {}

  async marks(): Promise<BaselineMarks> {
    const names = new Map<string, string[]>();
    const troubles: string[] = [];
    for (const file of await this.files()) {
      const { source, trouble } = await this.markOf(file);
      if (trouble !== undefined) troubles.push(trouble);
      if (source === undefined) continue;
      const run = resolve(source);
      names.set(run, [...names.get(run) ?? [], basename(file, ".json")]);
    }
    return { names, troubles };
  }

  private async files(): Promise<string[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(this.folder));
      return entries.filter(({ name, isFile }) => isFile && isBaselinePath(name))
        .map(({ name }) => join(this.folder, name)).sort();
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  private async markOf(file: string): Promise<ReadMark> {
    const changed = (await Deno.stat(file)).mtime?.getTime() ?? 0;
    const known = this.read.get(file);
    if (known?.changed === changed) return known;
    const mark = await sourceOf(file);
    this.read.set(file, { changed, ...mark });
    return { changed, ...mark };
  }
}

async function sourceOf(file: string): Promise<Pick<ReadMark, "source" | "trouble">> {
  try {
    return { source: (await readBaseline(file)).source };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { source: undefined, trouble: error.message };
  }
}
