import type { TrainingEarlyStoppingKeys } from "../experiment/experiment_file.ts";
import type { BestTextMetric } from "../experiment/text_types.ts";
import type { TunedBy } from "../experiment/types.ts";

/** The settings of tuning, of answers of any kind. */
export type TrainedBy = TunedBy & {
  readonly best?: BestTextMetric;
  readonly earlyStopping?: Required<Pick<TrainingEarlyStoppingKeys, "patience">> & {
    /** Absent where `best` says it. */
    readonly metric?: BestTextMetric;
  };
};
