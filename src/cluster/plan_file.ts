import { dirname, join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { formatFault } from "../base/format_version.ts";
import { message, ofFile } from "../base/message.ts";
import { sha256OfJson, withoutSha256, withSha256 } from "../base/sha256.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { readJson } from "../disk/read_json.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { Definitions } from "../schema/definitions.ts";
import type { Plan, PlanFileTypes } from "./plan_files.ts";
import checks from "./plan_file_checks.js";

/** The format of a plan that this version writes, and the newest that it reads. */
export const PLAN_FORMAT = "softprompt-task-plan/1";

/** The schema of a plan. */
const DEFINITIONS: Definitions<PlanFileTypes> = new Definitions(checks);

/** The folder of the plans of all submissions, within that of all results. */
const KEPT = ".plans";

/** The file of the last submission's plan in the folder of all results. */
export function planPath(results: string): string {
  return join(results, "plan.json");
}

/**
 * Reads the plan of a results folder, or the one in a file.
 *
 * @returns `undefined` where there is none
 * @throws {InputError} where it is damaged, or a newer version wrote it
 */
export async function readPlan(results: string, path: string = planPath(results)): Promise<Plan | undefined> {
  const content = await readJson(path).catch((error) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  return content === undefined ? undefined : checkedPlan(content, path);
}

/**
 * Writes the plan of a results folder, and keeps it for the tasks that follow it: the plan of a later submission is another file.
 *
 * @returns the file that is kept
 */
export async function writePlan(results: string, plan: Plan): Promise<string> {
  const text = `${JSON.stringify(withSha256(plan))}\n`;
  const kept: string = join(results, KEPT, `${sha256OfJson(plan).slice(0, 16)}.json`);
  for (const path of [kept, planPath(results)]) {
    await onDisk(path, async () => {
      await Deno.mkdir(dirname(path), { recursive: true });
      await writeWhole(path, text);
    }, "'results' of --cluster");
  }
  return kept;
}

function checkedPlan(content: Record<string, unknown>, path: string): Plan {
  const fault = formatFault(content, PLAN_FORMAT);
  if (fault !== undefined) {
    throw new InputError(
      fault.isNewer
        ? message`${path} was written by a newer softprompt (its 'format' is '${
          ofFile(fault.named)
        }', this one knows '${PLAN_FORMAT}'): update softprompt`
        : message`${path} is no plan of softprompt (its 'format' is not '${PLAN_FORMAT}'): submit again`,
    );
  }
  const refuse = (fault: string) => new InputError(message`${path}: ${ofFile(fault)}: submit again`);
  if (!Object.hasOwn(content, "sha256")) {
    throw refuse("it has no 'sha256', which shows that it is as it was written");
  }
  try {
    return DEFINITIONS.read("plan", withoutSha256(content), refuse);
  } catch (error) {
    throw error instanceof RangeError ? refuse(error.message) : error;
  }
}
