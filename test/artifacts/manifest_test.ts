import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { readArtifacts, writeArtifacts } from "../../src/artifacts/manifest.ts";
import { readChecked, withChecksums } from "../../src/disk/checksums.ts";
import { writeFolder } from "../../src/disk/replace_folder.ts";
import { inFolder } from "../commands/softprompt.ts";
import { COMPILED, MODEL, ORIGIN } from "./tiny_artifacts.ts";

/** The folder of artifacts with some keys of its manifest set, and its sums right: nothing but the keys is wrong. */
async function change(folder: string, changes: Record<string, unknown>): Promise<void> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name !== "SHA256SUMS");
  const contents = await readChecked(folder, names);
  const manifest = JSON.parse(new TextDecoder().decode(contents["artifacts.json"]));
  const changed = new TextEncoder().encode(JSON.stringify({ ...manifest, ...changes }));
  await writeFolder(folder, withChecksums({ ...contents, "artifacts.json": changed }));
}

Deno.test("artifacts are read as they were written", () =>
  inFolder(async (root) => {
    const folder = join(root, "artifacts");
    await writeArtifacts(folder, COMPILED, ORIGIN);
    assertEquals(await readArtifacts(folder, MODEL), COMPILED);
    assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), ["artifacts"]);
  }));

Deno.test("artifacts for texts have a format of their own, and are read as well", () =>
  inFolder(async (root) => {
    const folder = join(root, "artifacts");
    await writeArtifacts(folder, COMPILED, { ...ORIGIN, answer: "text" });
    const { format } = JSON.parse(await Deno.readTextFile(join(folder, "artifacts.json")));
    assertEquals(format, "softprompt-artifacts/2");
    assertEquals(await readArtifacts(folder, MODEL), COMPILED);
  }));

Deno.test("artifacts of another format, or with a damaged key, are refused, whatever their sums are", () =>
  inFolder(async (root) => {
    const folder = join(root, "artifacts");
    const known = "and this program knows 'softprompt-artifacts/2'";
    const refusals: [Record<string, unknown>, string][] = [
      // The format is looked at first: another version may have other keys.
      [{ format: "softprompt-artifacts/3", dimension: "2" }, `'softprompt-artifacts/3', ${known}`],
      [{ format: "other/1" }, `'other/1', ${known}`],
      [{ format: undefined }, `'undefined', ${known}`],
      [{ dimension: "2" }, "artifacts.json is not of the format: 'dimension' must be number"],
      [{ positions: "nowhere" }, "artifacts.json is not of the format: 'positions' must be equal to one of"],
      [{ train: { file: "x" } }, "artifacts.json is not of the format: 'train' must have required property"],
    ];
    for (const [changes, message] of refusals) {
      await writeArtifacts(folder, COMPILED, ORIGIN);
      await change(folder, changes);
      await assertRejects(() => readArtifacts(folder, MODEL), RangeError, message);
    }
  }));
