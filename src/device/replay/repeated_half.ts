import { type Command, isSame } from "./command.ts";
import { ReplayRefusal } from "./refusal.ts";

/**
 * The commands of a step, from those of a session's first run with graph capture: that takes the step twice, the second time as ONNX
 * Runtime replays it, without its copies between buffers.
 *
 * @throws {ReplayRefusal} where the second half does not repeat the dispatches of the first
 */
export function repeatedHalf(commands: readonly Command[]): readonly Command[] {
  const dispatches = commands.flatMap((command, at) => command.kind === "dispatch" ? [{ command, at }] : []);
  const half = dispatches.length / 2;
  const second = dispatches[half];
  const repeats = second !== undefined &&
    dispatches.slice(half).every(({ command }, i) => isSame(command, dispatches[i]!.command));
  if (!repeats) throw new ReplayRefusal("ONNX Runtime does not repeat what it captures");
  const [first, rest] = [commands.slice(0, second.at), commands.slice(second.at)];
  const copied = rest.filter(({ kind }) => kind === "copy");
  const copies = first.filter(({ kind }) => kind === "copy");
  if (
    copied.length > 0 &&
    !(copied.length === copies.length && copied.every((one, i) => isSame(one, copies[i]!)))
  ) {
    throw new ReplayRefusal("ONNX Runtime copies something else when it repeats what it captures");
  }
  return first;
}
