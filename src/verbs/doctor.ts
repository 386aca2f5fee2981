import type { Command } from "commander";
import type { DoctorFlags } from "../commands/doctor.ts";
import { asJson } from "./as_json.ts";

/** What `doctor` does with its flags. */
export interface DoctorVerb {
  doctor(flags: DoctorFlags): Promise<void>;
}

/** Adds `doctor` to the command line. */
export function addDoctor(program: Command, verbs: DoctorVerb): void {
  program.command("doctor")
    .description(
      "look at what this computer has of what runs need: Deno, devices, threads, the hub and its cache, disks",
    )
    .option("--results <dir>", "the folder of all results", "results")
    .addOption(asJson())
    .addHelpText("after", "\nExample:\n  softprompt doctor --results results")
    .action((flags: DoctorFlags) => verbs.doctor(flags));
}
