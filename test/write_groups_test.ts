import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { inFolder } from "./commands/softprompt.ts";
import { examplesIn } from "./doc_examples.ts";
import { ROOT } from "./shared.ts";
import { writeGroups } from "./write_groups.ts";

/** Runs the modules of some groups. @returns the exit code and what is printed */
async function runGroups(folder: string, groups: readonly (readonly string[])[]): Promise<[number, string]> {
  const args = ["test", "--no-check", "--quiet", ...await writeGroups(folder, groups, [])];
  const env = { NO_COLOR: "1" };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env, cwd: folder })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return [code, text(stdout) + text(stderr)];
}

Deno.test("tests of a group that fail, and files that cannot be loaded, are named with their places", () =>
  inFolder(async (folder) => {
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(join(folder, name), text);
      return join(folder, name);
    };
    const good = await write("good_test.ts", 'Deno.test("holds", () => {});');
    const bad = await write("bad_test.ts", '\nDeno.test("fails", () => { throw new Error("bad"); });');
    const broken = await write("broken_test.ts", '\nthrow new Error("broken");');
    const lost = await write("lost_test.ts", '\nimport "./absent.ts";');

    const [code, printed] = await runGroups(folder, [[good, bad], [broken]]);
    assertEquals(code, 1);
    assertStringIncludes(printed, "1 passed | 2 failed");
    assertStringIncludes(printed, "fails => ./bad_test.ts:2:6");
    assertStringIncludes(printed, "broken_test.ts:2:7");
    const [codeOfLost, printedOfLost] = await runGroups(folder, [[good, lost]]);
    assertEquals(codeOfLost, 1);
    assertStringIncludes(printedOfLost, "lost_test.ts:2:8");
  }));

Deno.test("the examples of sources are the last module, and a module without tests is not written", () =>
  inFolder(async (folder) => {
    const source = "src/compiler/graph/dimension.ts";
    assertEquals(await writeGroups(folder, [["test/a_test.ts"]], [source, "README.md"]), [
      join(folder, "1.ts"),
      join(folder, "2.ts"),
    ]);
    const examples = examplesIn(await Deno.readTextFile(join(ROOT, source)));
    assertEquals((await Deno.readTextFile(join(folder, "2.ts"))).match(/import/g)?.length, examples.length);
    assertEquals(await writeGroups(folder, [], ["README.md"]), []);
  }));
