/** An example in a comment of documentation. */
export interface DocExample {
  /** The line of its fence, from 1. */
  readonly line: number;
  readonly code: string;
}

/** A comment of documentation, as far as its examples. */
const COMMENT = /\/\*\*[\s\S]*?\*\//g;

/** A block of TypeScript in a comment whose lines begin with asterisks; one to be ignored says so after its language. */
const BLOCK = /^[ *]*```ts\n([\s\S]*?)^[ *]*```$/gm;

/** Finds the examples that `deno test --doc` would run, in a file's text. */
export function examplesIn(source: string): readonly DocExample[] {
  return [...source.matchAll(COMMENT)].flatMap((comment) =>
    [...comment[0].matchAll(BLOCK)].map((block) => ({
      line: source.slice(0, comment.index + block.index).split("\n").length,
      code: block[1]!.replaceAll(/^ *\* ?/gm, ""),
    }))
  );
}

/** The module of a test that runs an example: its imports, and a test of what is left. @param path the file that has the example */
export function exampleModule(path: string, { line, code }: DocExample): string {
  const statement = /^import\s[^;]*;$/gm;
  const name = JSON.stringify(`the example at ${path}:${line}`);
  const imports = [...code.matchAll(statement)].join("\n");
  return `${imports}\nDeno.test(${name}, async () => {\n${code.replaceAll(statement, "")}});\n`;
}
