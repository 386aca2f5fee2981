import type { RunPolicy } from "../run/context.ts";
import type { ProgressReporter } from "../run/progress.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import type { PlannedRun } from "./plan.ts";
import { runGroup } from "./run_group.ts";
import type { BatchOutcome } from "./run_planned.ts";
import type { Runner } from "./runner.ts";

/** Runs in this process. */
export class InProcessRunner implements Runner {
  constructor(private readonly resources: ResourceCache, private readonly signal: AbortSignal) {}

  run(
    runs: readonly PlannedRun[],
    policy: RunPolicy,
    reporters: readonly ProgressReporter[],
  ): Promise<readonly BatchOutcome[]> {
    const { resources, signal } = this;
    return runGroup(runs, { policy, resources, signal }, reporters);
  }

  close(): Promise<void> {
    return this.resources.release();
  }
}
