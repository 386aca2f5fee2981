import { RUN_FILES } from "./file_schemas.ts";
import { checkFormat, RUN_FORMAT } from "./format.ts";
import { packTexts, unpackTexts } from "./packed_texts.ts";
import type { TextRunRecord } from "./read_text_run.ts";
import { contentOfElement, orDamaged, zippedElement } from "./saved_report.ts";

/** Runs of generated texts by name as an element of a page: a diff reads the saved page like the folder that it was made from. */
export async function textsElement(runs: ReadonlyMap<string, TextRunRecord>): Promise<string> {
  return await zippedElement("softprompt-texts", packTexts(runs));
}

/**
 * The runs of generated texts in a saved page, by name; `undefined` where it has none.
 *
 * @throws {InputError} where the page is too large, its runs are damaged, or a newer version wrote them
 */
export async function readSavedTexts(file: string): Promise<ReadonlyMap<string, TextRunRecord> | undefined> {
  const content = await contentOfElement(file, "softprompt-texts");
  if (content === undefined) return undefined;
  const packed = await orDamaged(
    file,
    () => RUN_FILES.read("packed_text_runs", content, (fault) => new RangeError(fault)),
  );
  for (const { environment } of packed.runs) checkFormat(environment, RUN_FORMAT, file);
  return await orDamaged(file, () => unpackTexts(packed));
}
