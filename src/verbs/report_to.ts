import { Option } from "commander";
import { reportTo } from "../commands/flag_values.ts";

/** The flag by which complete runs are reported to other programs. */
export function reportToTrackers(): Option {
  return new Option(
    "--report-to <tracker>",
    "report complete runs: tensorboard (into each run's folder), tensorboard=DIR, or mlflow (MLFLOW_TRACKING_URI)",
  ).argParser(reportTo).default([], "none");
}
