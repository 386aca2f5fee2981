// deno-lint-ignore-file no-console
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { ROOT } from "../shared.ts";
import { type Called, inFolder } from "./softprompt.ts";

/** What starts a process whose user may not read everything: root gives up its capabilities. */
const LIMITED = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all"] : [];

const CAN_BE_LIMITED = Deno.build.os === "linux" &&
  (LIMITED.length === 0 ||
    await new Deno.Command("setpriv", { args: ["--version"], stdout: "null" }).output()
      .then(({ success }) => success, () => false));

/** Calls the command line as somebody who may not read everything. */
async function limited(...args: readonly string[]): Promise<Called> {
  const [command = "", ...rest] = [
    ...LIMITED,
    Deno.execPath(),
    "run",
    "-qA",
    join(ROOT, "src/main.ts"),
    ...args,
  ];
  const { code, stdout, stderr } = await new Deno.Command(command, { args: rest, env: { NO_COLOR: "1" } })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

if (!CAN_BE_LIMITED) console.warn("left out, as setpriv is not there: folders that may not be read");

Deno.test({
  name:
    "a folder that may not be read is named, fails a gate, and leaves the others to be listed, compared and viewed",
  ignore: !CAN_BE_LIMITED,
  fn: () =>
    inFolder(async (folder) => {
      const [a, b] = [join(folder, "a"), join(folder, "b")];
      for (const side of [a, b]) {
        await writeRecord(join(side, "x"), madeUpRun({ good: [0.1, 0.9, 0.2, 0.8] }));
      }
      const closed = join(b, "closed");
      await writeRecord(closed, madeUpRun({ good: [0.1, 0.9] }));
      await Deno.chmod(closed, 0);
      try {
        const listed = await limited("list", b);
        assertEquals(listed.code, 0, listed.stderr);
        assert(/^x .*complete/m.test(listed.stdout), listed.stdout);
        assertStringIncludes(listed.stdout, "closed");
        assertStringIncludes(listed.stdout, "you have no permission");
        const compared = await limited("diff", a, b, "--fail-on-regression");
        assertEquals(compared.code, 2, compared.stderr);
        assertStringIncludes(compared.stdout, "paired by id");
        assertStringIncludes(compared.stderr, `${closed}/`);
        assertStringIncludes(compared.stderr, "cannot be read (you have no permission)");
        const merged = await limited("merge", b, "--into", join(folder, "c"));
        assertEquals(merged.code, 2, merged.stderr);
        assertStringIncludes(
          merged.stderr,
          `${closed}/environment.json cannot be read (you have no permission)`,
        );
        for (const name of ["note.txt", "report.html"]) {
          await Deno.writeTextFile(join(b, "x", name), "x");
          await Deno.chmod(join(b, "x", name), 0);
        }
        const viewed = await limited("view", b, "--export", join(folder, "site"));
        assertEquals(viewed.code, 0, viewed.stderr);
        assertStringIncludes(viewed.stdout, "2 runs");
        for (const file of [`${closed}/note.txt`, join(b, "x/note.txt"), join(b, "x/report.html")]) {
          assertStringIncludes(viewed.stderr, `${file} cannot be read (you have no permission)`);
        }
      } finally {
        await Deno.chmod(closed, 0o700);
      }
    }),
});
