import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { formatFault } from "../base/format_version.ts";
import { message, ofFile } from "../base/message.ts";
import { withoutSha256, withSha256 } from "../base/sha256.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { readJson } from "../disk/read_json.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { Definitions } from "../schema/definitions.ts";
import type { Plan, PlanFileTypes } from "./plan_files.ts";
import schema from "./plan_files.json" with { type: "json" };

/** The format of a plan that this version writes, and the newest that it reads. */
export const PLAN_FORMAT = "softprompt-task-plan/1";

/** The schema of a plan. */
const DEFINITIONS: Definitions<PlanFileTypes> = new Definitions(schema);

/** The plan's file in the folder of all results. */
export function planPath(results: string): string {
  return join(results, "plan.json");
}

/**
 * Reads the plan of a results folder.
 *
 * @returns `undefined` where there is none
 * @throws {InputError} where it is damaged, or a newer version wrote it
 */
export async function readPlan(results: string): Promise<Plan | undefined> {
  const path = planPath(results);
  const content = await readJson(path).catch((error) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  return content === undefined ? undefined : checkedPlan(content, path);
}

/** Writes the plan of a results folder; it appears whole. */
export async function writePlan(results: string, plan: Plan): Promise<void> {
  const path = planPath(results);
  await onDisk(path, async () => {
    await Deno.mkdir(results, { recursive: true });
    await writeWhole(path, `${JSON.stringify(withSha256(plan))}\n`);
  }, "'results' of --cluster");
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
  try {
    return DEFINITIONS.read("plan", withoutSha256(content), refuse);
  } catch (error) {
    throw error instanceof RangeError ? refuse(error.message) : error;
  }
}
