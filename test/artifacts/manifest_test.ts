import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { ArtifactsTypes } from "../../src/artifacts/artifacts_manifest.ts";
import checks from "../../src/artifacts/manifest_checks.js";
import { writeArtifacts } from "../../src/artifacts/manifest.ts";
import { readBank, readStep, writeBank, writeStep } from "../../src/artifacts/step_files.ts";
import { readChecked, withChecksums } from "../../src/disk/checksums.ts";
import { writeFolder } from "../../src/disk/replace_folder.ts";
import { Definitions } from "../../src/schema/definitions.ts";
import { inFolder } from "../commands/softprompt.ts";
import { BANK, COMPILED, MODEL, ORIGIN } from "./tiny_artifacts.ts";

/** A folder of graphs with some keys of its manifest set, and its sums right: nothing but the keys is wrong. */
async function change(folder: string, changes: Record<string, unknown>): Promise<void> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name !== "SHA256SUMS");
  const contents = await readChecked(folder, names);
  const manifest = JSON.parse(new TextDecoder().decode(contents["step.json"]));
  const changed = new TextEncoder().encode(JSON.stringify({ ...manifest, ...changes }));
  await writeFolder(folder, withChecksums({ ...contents, "step.json": changed }));
}

for (
  const [answer, format] of [["word", "softprompt-artifacts/1"], ["text", "softprompt-artifacts/2"]] as const
) {
  Deno.test(`artifacts for a ${answer} are of the format ${format}, with the graphs of a prompt and of a bank`, () =>
    inFolder(async (root) => {
      const folder = join(root, "artifacts");
      await writeArtifacts(folder, COMPILED, BANK, { ...ORIGIN, answer });
      assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), ["artifacts"]);
      const definitions = new Definitions<ArtifactsTypes>(checks);
      const content = JSON.parse(await Deno.readTextFile(join(folder, "artifacts.json")));
      const manifest = definitions.read("artifacts_manifest", content, (fault) => new Error(fault));
      assertEquals(manifest.format, format);
      const { bank, ...own } = manifest;
      const graphs = [
        [own.train, COMPILED.train],
        [own.update, COMPILED.update],
        [own.predict, COMPILED.predict],
        [own.answer, COMPILED.answer],
        [own.embed, COMPILED.embed],
        [bank.train, BANK.train],
        [bank.predict, BANK.predict],
        [bank.answer, BANK.answer],
      ] as const;
      for (const [{ file }, { bytes }] of graphs) {
        assertEquals(await Deno.readFile(join(folder, file)), bytes);
      }
    }));
}

Deno.test("the graphs of a prompt, and those of a bank, are read as they were written", () =>
  inFolder(async (root) => {
    const [step, bank] = [join(root, "step"), join(root, "bank")];
    await writeStep(step, COMPILED, MODEL);
    await writeBank(bank, BANK, MODEL);
    assertEquals(await readStep(step, MODEL), COMPILED);
    assertEquals(await readBank(bank, MODEL), BANK);
    assertEquals([...Deno.readDirSync(root)].map(({ name }) => name).sort(), ["bank", "step"]);
  }));

Deno.test("graphs of another format, or with a damaged key, are refused, whatever their sums are", () =>
  inFolder(async (root) => {
    const folder = join(root, "step");
    const known = "and this program knows 'softprompt-step/1'";
    const refusals: [Record<string, unknown>, string][] = [
      // The format is looked at first: another version may have other keys.
      [{ format: "softprompt-step/3", dimension: "2" }, `'softprompt-step/3', ${known}`],
      [{ format: "other/1" }, `'other/1', ${known}`],
      [{ format: undefined }, `'undefined', ${known}`],
      [{ dimension: "2" }, "step.json is not of the format: 'dimension' must be number"],
      [{ positions: "nowhere" }, "step.json is not of the format: 'positions' must be equal to one of"],
      [{ state_shapes: undefined }, "step.json is not of the format: it must have required property"],
    ];
    for (const [changes, message] of refusals) {
      await writeStep(folder, COMPILED, MODEL);
      await change(folder, changes);
      await assertRejects(() => readStep(folder, MODEL), RangeError, message);
    }
  }));
