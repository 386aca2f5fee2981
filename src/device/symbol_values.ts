import type { Feeds } from "./device.ts";

/** The inputs and axes that define each symbol of a compiled graph, whichever it has; a bank's prompt has one additional leading axis. */
const SYMBOLS: Readonly<Record<string, readonly (readonly [input: string, axis: number])[]>> = {
  batch: [["input_ids", 0], ["decoder_input_ids", 0]],
  sequence: [["input_ids", 1], ["attention_mask", 1]],
  target: [["target_ids", 1], ["decoder_input_ids", 1]],
  length: [["prompt", -2]],
  prompts: [["prompt", -3]],
  classes: [["label_tokens", 0]],
  words: [["label_tokens", 1]],
  chosen: [["rows", 0]],
};

/** The values that inputs give to the symbols of a compiled graph, by name; without those that none of the inputs has. */
export function symbolValues(feeds: Feeds): Readonly<Record<string, number>> {
  const values = Object.entries(SYMBOLS).flatMap(([name, places]) =>
    places.map(([input, axis]) => feeds[input]?.dims.at(axis)).filter((extent) => extent !== undefined)
      .slice(0, 1).map((extent) => [name, extent] as const)
  );
  return Object.fromEntries(values);
}

/** The symbols of compiled graphs. */
export const SYMBOL_NAMES: readonly string[] = Object.keys(SYMBOLS);
