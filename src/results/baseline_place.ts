import { basename, dirname, join, resolve } from "@std/path";
import { fileNamePart } from "../base/file_name.ts";
import { quoted } from "../base/quoted.ts";

/** The folder of baselines, and the name of the usual one. */
export const BASELINES = "baselines";
export const MAIN_BASELINE = "main";

/** The extension of a baseline's file, and the file of that extension that is none: a batch's summary. */
const EXTENSION = ".json";
const SUMMARY = "summary";

/** The longest name of a baseline, in characters. */
const LONGEST = 60;

/** Whether a text can be the name of a baseline, which its file has on every file system. */
export function canNameBaseline(text: string): boolean {
  return fileNamePart(text, LONGEST) === text && !/^[.-]/.test(text) && text !== SUMMARY;
}

/** The file of a baseline. @param folder of all baselines */
export function baselineFile(folder: string, name: string): string {
  return join(folder, `${name}${EXTENSION}`);
}

/** The flags by which `baseline set` writes a file, with a blank before each; empty for the usual one. */
export function baselineFlags(file: string): string {
  const name = basename(file, EXTENSION);
  const folder = dirname(file);
  const named = name === MAIN_BASELINE || !canNameBaseline(name) ? "" : ` --name ${name}`;
  return `${named}${resolve(folder) === resolve(BASELINES) ? "" : ` --baselines ${quoted(folder)}`}`;
}

/** Whether a path is that of a baseline, by its name. */
export function isBaselinePath(path: string): boolean {
  return path.endsWith(EXTENSION) && basename(path, EXTENSION) !== SUMMARY;
}
