import { isScalar, visit } from "yaml";
import type { SizeLimit } from "../disk/read_limited.ts";
import { LARGEST } from "./read_experiment_file.ts";
import { readYaml } from "./yaml_text.ts";
import { MOST_BY_ALIAS, MOST_DEPTH } from "./yaml_value.ts";

/** The largest `experiment.yaml` of a run: that of an experiment file, and as much for the defaults that a run writes out. */
export const WRITTEN_LIMIT: SizeLimit = { most: 2 * LARGEST };

/**
 * The content of the `experiment.yaml` that a run wrote, as YAML reads it: under the limits of an experiment file.
 *
 * @throws {RangeError} where the text is not YAML, too deeply nested or multiplied by aliases, or a key occurs twice in a map
 */
export function writtenValue(text: string): unknown {
  const { document, lines, problems: [problem] } = readYaml(text);
  if (problem !== undefined) {
    throw new RangeError(`line ${lines.linePos(problem.offset).line}: ${problem.message}`);
  }
  const content: unknown = document.toJS({ maxAliasCount: MOST_BY_ALIAS });
  if (isDeeper(content, MOST_DEPTH)) {
    throw new RangeError(`lists or maps are nested too deeply: at most ${MOST_DEPTH} in each other`);
  }
  visit(document, {
    Map: (_, { items }) => {
      const keys = items.map(({ key }) => isScalar(key) ? key.value : key);
      if (new Set(keys).size < keys.length) throw new RangeError("a map has a key twice");
    },
  });
  return content;
}

/** Whether a value has lists and objects in each other that are more than this many. What aliases share is looked at once a level. */
function isDeeper(value: unknown, most: number): boolean {
  const holders = (values: Iterable<unknown>) =>
    new Set([...values].filter((one): one is object => typeof one === "object" && one !== null));
  let level = holders([value]);
  for (let depth = 0; depth < most && level.size > 0; depth++) {
    level = holders([...level].flatMap((one) => Object.values(one)));
  }
  return level.size > 0;
}
