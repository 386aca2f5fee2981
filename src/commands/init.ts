import { basename, join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { PROGRAM_FOLDER } from "../disk/program_folder.ts";
import { MEMORY_LIMIT, readLimited, readTextLimited } from "../disk/read_limited.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { quoted } from "../base/quoted.ts";
import { TEMPLATES } from "./project_template.ts";
import { experimentText, LOCAL_SCHEMA, readmeText, settingFiles } from "./project_files.ts";
import { schemaText } from "./schema.ts";

/** The flags of `init`. */
export interface InitFlags {
  readonly template: keyof typeof TEMPLATES;
}

/**
 * `softprompt init`: writes a project with a first experiment into a new folder.
 *
 * @throws {InputError} where the folder is there and not empty
 * @throws {DiskError} where it cannot be written
 */
export async function init(folder: string, { template }: InitFlags, io: CommandIo): Promise<void> {
  const [found] = await entriesOf(folder);
  if (found !== undefined) {
    throw new InputError(`${folder} is not empty (it has ${found}): name a new folder, as in init my-study`);
  }
  const name = basename(resolve(folder));
  const chosen = TEMPLATES[template];
  const experiment = await readTextLimited(join(PROGRAM_FOLDER, `templates/${template}.yaml`), MEMORY_LIMIT);
  const files: Record<string, string | Uint8Array> = {
    ...settingFiles(name),
    "README.md": readmeText(name, chosen),
    "experiments/first.yaml": experimentText(experiment),
    [LOCAL_SCHEMA]: schemaText(),
  };
  for (const [from, to] of Object.entries(chosen.copies)) {
    Object.assign(files, await copied(join(PROGRAM_FOLDER, from), to));
  }
  await onDisk(folder, () => writeFolder(folder, files), "init <dir>");
  io.print(`${folder} has a first experiment, experiments/first.yaml. Next:`);
  for (
    const line of [
      "",
      ...(resolve(folder) === Deno.cwd() ? [] : [`  cd ${quoted(folder)}`]),
      "  npx softprompt run",
    ]
  ) {
    io.print(line);
  }
}

/** The names in a folder; none where there is no folder. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new InputError(`${folder} is a file: name a new folder, as in init my-study`);
    }
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** A file, or all files in a folder, by the paths that they are copied to. */
async function copied(from: string, to: string): Promise<Record<string, Uint8Array>> {
  if ((await Deno.stat(from)).isFile) return { [to]: await readLimited(from, MEMORY_LIMIT) };
  const files: Record<string, Uint8Array> = {};
  for await (const { name } of Deno.readDir(from)) {
    Object.assign(files, await copied(join(from, name), `${to}/${name}`));
  }
  return files;
}
