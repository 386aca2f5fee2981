import { CheckFailed } from "../terminal/exit_codes.ts";
import type { Io } from "../terminal/io.ts";
import { styleFor } from "../terminal/style.ts";
import { tableLines } from "../terminal/table.ts";
import { type Check, checksOf, type Finding } from "./doctor_checks.ts";

/** The flags of `doctor`. */
export interface DoctorFlags {
  /** The folder of all results. */
  readonly results: string;
  readonly json: boolean;
}

/**
 * `softprompt doctor`: what this computer has of what runs need.
 *
 * @throws {CheckFailed} where something is missing without which nothing runs
 */
export async function doctor({ results, json }: DoctorFlags, io: Io): Promise<void> {
  const findings: Finding[] = [];
  for (const check of checksOf(results)) findings.push(await found(check));
  if (json) io.print(JSON.stringify({ format: "softprompt-doctor/1", checks: findings }, null, 2), "data");
  else {
    const style = styleFor(io.hasColors.stdout);
    const rows = findings.map(({ name, state, value, way }) => [
      name,
      state === "missing" ? style("red", state) : state === "fine" ? style("green", state) : state,
      way === undefined ? value : `${value}: ${way}`,
    ]);
    for (const line of tableLines(["what", "is", "found"], rows, io.columns())) io.print(line);
  }
  const missing = findings.filter(({ state }) => state === "missing").map(({ name }) => name);
  if (missing.length > 0) throw new CheckFailed(`this computer lacks what runs need: ${missing.join(", ")}`);
}

async function found({ name, look }: Check): Promise<Finding> {
  const { state, value, way } = await look();
  return { name, state, value, ...(way !== undefined && { way }) };
}
