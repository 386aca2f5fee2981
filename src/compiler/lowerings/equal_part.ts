import type { Dimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";

/** The extent of each of several equal parts of an axis. @throws {CompileError} where it is not known, or no whole number */
export function equalPart(extent: Dimension | undefined, parts: number): number {
  const each = typeof extent === "number" && parts > 0 ? extent / parts : NaN;
  if (Number.isInteger(each)) return each;
  throw new CompileError(`an axis of ${extent} in ${parts} equal parts`);
}
