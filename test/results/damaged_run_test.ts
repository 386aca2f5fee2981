import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readPrompt } from "../../src/results/read_prompt.ts";
import { readAbout } from "../../src/results/read_run.ts";
import { inFolder } from "../commands/softprompt.ts";
import { mutations } from "../fuzz/mutate.ts";

const RUN = "test/fixtures/runs/first-soft";

Deno.test("a run's damaged files are read or are errors of ours, and another prompt is never read", () =>
  inFolder(async (run) => {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(RUN)) {
      await Deno.copyFile(join(RUN, name), join(run, name));
      names.push(name);
    }
    const { prompt } = await readPrompt(run);
    for (const name of names.sort()) {
      const whole = await Deno.readFile(join(run, name));
      const copies = mutations(whole, 3);
      let refused = 0;
      for (let i = 0; i < 100; i++) {
        const { what, bytes } = copies.next().value;
        await Deno.writeFile(join(run, name), bytes);
        try {
          await readAbout(run);
          assertEquals((await readPrompt(run)).prompt, prompt, `${name}: ${what}`);
        } catch (error) {
          assertInstanceOf(error, InputError, `${name}: ${what}`);
          refused++;
        }
      }
      assert(refused > 30, `${name}: ${refused}`);
      await Deno.writeFile(join(run, name), whole);
    }
  }));
