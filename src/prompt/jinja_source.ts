import { parse, tokenize } from "@huggingface/jinja";

/** A template as it is executed. */
export type JinjaProgram = ReturnType<typeof parse>;

type Token = ReturnType<typeof tokenize>[number];

/** What @huggingface/jinja reads otherwise than Jinja, with its name. */
const OTHERWISE: readonly (readonly [RegExp, string])[] = [
  [/[\u{85}\u{2028}\u{2029}\u{feff}]/u, "a rare blank, which Jinja and JavaScript strip differently"],
  [/^[ \t]+\{-/m, "'{-' after blanks at the start of a line"],
  [/-\}\n/, "'-}' at the end of a line"],
  [/^[^\S\n]*[^\S\n \t][^\S\n]*\{[%#]/m, "a statement after other blanks than spaces and tabs"],
];

/** The start or the end of what transformers counts as generated: the library loses blanks between two of them. */
const GENERATED = /\{%(-?)\s*(end)?generation\s*(-?)%\}/g;

/** Words after which another comparison begins. */
const BETWEEN = ["and", "or", "if", "elif", "else"];

/**
 * Reads a template.
 *
 * @throws where it is no template in Jinja, or has what @huggingface/jinja reads otherwise
 */
export function readJinja(source: string): JinjaProgram {
  // Jinja takes every end of a line for one line feed. What transformers counts as generated is written like all else.
  const lines = source.replaceAll(/\r\n?/g, "\n").replaceAll(
    GENERATED,
    (_, before, end, after) => `{%${before} ${end === undefined ? "if true" : "endif"} ${after}%}`,
  );
  const found = OTHERWISE.find(([pattern]) => pattern.test(lines));
  if (found !== undefined) throw new Error(`it has ${found[1]}`);
  const tokens = tokenize(lines, { lstrip_blocks: true, trim_blocks: true });
  checkComparisons(tokens);
  return parse(tokens);
}

/** Python takes `a == b == c` for `a == b and b == c`, the library for `(a == b) == c`. */
function checkComparisons(tokens: readonly Token[]): void {
  /** The comparisons so far in each open bracket. */
  const counts = [0];
  let isFor = false;
  for (const [i, { type, value }] of tokens.entries()) {
    const isWord = type === "Identifier" && tokens[i - 1]?.type !== "Dot";
    if (type.startsWith("Open")) {
      counts.push(0);
      isFor = type === "OpenStatement" && tokens[i + 1]?.value === "for";
    } else if (type.startsWith("Close")) {
      counts.pop();
    } else if (isFor && isWord && value === "in") {
      isFor = false;
    } else if (type === "ComparisonBinaryOperator" || isWord && value === "in") {
      const count = (counts.pop() ?? 0) + 1;
      if (count > 1) {
        throw new Error(
          `it compares three values at once ('${value}'), which the library takes for two and one`,
        );
      }
      counts.push(count);
    } else if (["Comma", "Colon", "Equals"].includes(type) || isWord && BETWEEN.includes(value)) {
      counts.splice(-1, 1, 0);
    }
  }
}
