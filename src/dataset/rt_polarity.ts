import { COMMAND } from "../base/called_as.ts";
import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { JSON_LIMIT, readLimited } from "../disk/read_limited.ts";
import type { Example } from "./example.ts";
import { sha256 } from "../base/sha256.ts";

/** Movie-review sentences (Pang & Lee 2005, sentence polarity dataset v1.0): one file per class, one sentence per line. */
export const RT_POLARITY = {
  /** Its name in experiment files. */
  name: "rt-polarity",
  /** Its public home: the Cornell movie-review-data page. */
  url: "https://www.cs.cornell.edu/people/pabo/movie-review-data/rt-polaritydata.tar.gz",
  files: [
    {
      name: "rt-polarity.neg",
      label: "negative",
      sha256: "4ace77d558c3714723843f1d65b60c01e3417b208180f0728808d76ad0eeeaca",
    },
    {
      name: "rt-polarity.pos",
      label: "positive",
      sha256: "2da124ec187a9d5a29c9f04e91c540e02baed5af8868f550a26bd6fd4dbf8bf0",
    },
  ],
} as const;

/**
 * Checks that bytes are one of the dataset's files.
 *
 * @throws {InputError} where the SHA-256 differs
 */
export async function checkRtPolarity(
  bytes: Uint8Array<ArrayBuffer>,
  file: typeof RT_POLARITY.files[number],
  path: string,
): Promise<void> {
  const found = await sha256(bytes);
  if (found !== file.sha256) {
    throw new InputError(
      `${path} is not ${file.name}: its SHA-256 is ${found}, not ${file.sha256}; get it with '${COMMAND} data rt-polarity'`,
    );
  }
}

/**
 * Reads rt-polarity from a folder. The files are windows-1252: read as latin-1, byte 0x85 (…) would break lines.
 *
 * @throws {InputError} where a file is missing or differs from the published one
 */
export async function readRtPolarity(folder: string): Promise<Example[]> {
  const examples: Example[] = [];
  for (const file of RT_POLARITY.files) {
    const path: string = join(folder, file.name);
    const bytes = await readLimited(path, JSON_LIMIT).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new InputError(
        `there is no ${path}: run '${COMMAND} data rt-polarity' first, or set 'dataset.path'`,
      );
    });
    await checkRtPolarity(bytes, file, path);
    const lines = new TextDecoder("windows-1252").decode(bytes).split("\n");
    for (const [i, line] of lines.entries()) {
      const text = line.trim();
      if (text !== "") examples.push({ id: `${file.name}:${i + 1}`, text, label: file.label });
    }
  }
  return examples;
}
