import { join } from "@std/path";
import { ROOT } from "../shared.ts";

/** A fenced block of a page. */
export interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** The file that the block is, where it says so after its language. */
  readonly file: string | undefined;
  readonly text: string;
}

/** The blocks of some pages. */
export async function snippetsOf(pages: readonly string[]): Promise<Snippet[]> {
  const found = pages.map(async (page) => {
    const text = await Deno.readTextFile(join(ROOT, page));
    return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map((match): Snippet => ({
      page,
      line: text.slice(0, match.index).split("\n").length,
      language: match[1]!,
      file: match[2],
      text: match[3]!,
    }));
  });
  return (await Promise.all(found)).flat();
}

/** The commands of a block, without comments. */
export function commandsOf({ text }: Snippet): string[] {
  return text.replaceAll(/\\\n\s*/g, "").split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim().replace(/^npx -y deno@\S+ /, "deno "))
    .filter((line) => line !== "");
}

/** Whether the commands of a page are those of the package, which are run where it is installed. */
export function isOfPackage(page: string, all: readonly Snippet[]): boolean {
  return all.some((snippet) =>
    snippet.page === page && snippet.language === "sh" &&
    commandsOf(snippet).some((command) => command.includes("npx softprompt "))
  );
}
