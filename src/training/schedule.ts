import type { TunedBy } from "../experiment/types.ts";

/**
 * The learning rate of a step: a linear warmup to the peak, then constant, or decaying linearly or along half a cosine
 * to 0 after the last step.
 *
 * @param step from 1
 * @param total the number of steps
 * @param peak the optimizer's learning rate
 */
export function learningRateAt(
  step: number,
  total: number,
  peak: number,
  { name, warmupSteps }: TunedBy["schedule"],
): number {
  if (step <= warmupSteps) return peak * step / warmupSteps;
  if (name === "constant") return peak;
  const progress = (step - 1 - warmupSteps) / Math.max(1, total - warmupSteps);
  return name === "linear" ? peak * (1 - progress) : peak * 0.5 * (1 + Math.cos(Math.PI * progress));
}
