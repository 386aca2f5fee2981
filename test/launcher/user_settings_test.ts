import { assertEquals, assertRejects } from "@std/assert";
import { dirname, join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { userSettings } from "../../src/launcher/user_settings.ts";
import { inFolder } from "../commands/softprompt.ts";

/** Writes the settings of a home folder. */
async function set(home: string, content: string): Promise<string> {
  const file: string = join(home, ".config/softprompt/settings.json");
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, content);
  return file;
}

Deno.test("the user's settings name folders, from the home folder on", () =>
  inFolder(async (home) => {
    assertEquals(await userSettings(home), { allowRead: [] });
    await set(home, '{ "allowRead": ["/data/corpora", "texts"] }');
    assertEquals(await userSettings(home), { allowRead: ["/data/corpora", join(home, "texts")] });
  }));

for (
  const [content, message] of [
    ['{ "allowRead": "/data" }', "'allowRead' in "],
    ['{ "allowRead": [""] }', "must be a list of paths"],
    ['{ "allowRead": ["/data\\u0000"] }', "must be a list of paths"],
    ['{ "allowWrite": ["/"] }', "has 'allowWrite', which is no setting"],
    ["{", "is not JSON"],
  ] as const
) {
  Deno.test(`settings of the user that are wrong are refused: ${content}`, () =>
    inFolder(async (home) => {
      const file = await set(home, content);
      const error = await assertRejects(() => userSettings(home), InputError, message);
      assertEquals(error.message.includes(file), true);
    }));
}
