import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { onChanges } from "../../src/view/changes.ts";
import { inFolder } from "../commands/softprompt.ts";

/** Waits for the next call of a function while a folder is watched. */
async function watching(folder: string, test: (next: () => Promise<void>) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  let told = Promise.withResolvers<void>();
  const watched = onChanges(
    { folders: [folder], mayChange: () => false },
    () => told.resolve(),
    ending.signal,
  );
  try {
    await test(async () => {
      await told.promise;
      told = Promise.withResolvers();
    });
  } finally {
    ending.abort();
    await watched;
  }
}

Deno.test("a folder that is made later, and one that another takes the place of, are watched from then on", () =>
  inFolder(async (folder) => {
    const results: string = join(folder, "results");
    await watching(results, async (next) => {
      await Deno.mkdir(results);
      await next();
      await Deno.rename(results, join(folder, "before"));
      await Deno.mkdir(results);
      await next();
      await Deno.writeTextFile(join(results, "note.txt"), "x");
      await next();
    });
    assertEquals(await Deno.readTextFile(join(results, "note.txt")), "x");
  }));
