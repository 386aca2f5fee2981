import { join } from "@std/path";
import { ROOT } from "../shared.ts";

/** The order in which their commands are run: later ones use what earlier ones leave. */
export const PAGES: readonly string[] = [
  "README.md",
  "docs/rt-polarity.md",
  "docs/installing.md",
  "docs/experiments.md",
  "docs/results.md",
  "docs/commands.md",
  "docs/using-a-prompt.md",
  "docs/devices.md",
  "docs/models-and-data.md",
  "docs/text-answers.md",
  "docs/how-it-works.md",
  "docs/from-peft-openprompt.md",
  "docs/baselines-and-ensembles.md",
  "docs/comparing.md",
  "docs/study.md",
  "docs/speed.md",
  "docs/webgpu.md",
  "docs/operators.md",
  "docs/architecture.md",
  "docs/file-formats.md",
  "docs/recipes/operator.md",
  "docs/recipes/optimizer.md",
  "docs/recipes/initialization.md",
  "docs/recipes/device.md",
  "docs/recipes/dataset-format.md",
  "docs/recipes/verb.md",
  "src/compiler/README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "README.zh-CN.md",
  "docs/tutorial.md",
  "docs/for-students.md",
  "docs/for-a-csv.md",
  "docs/for-the-web.md",
  "docs/for-clusters.md",
  "docs/tutorial.zh-CN.md",
];

/** A fenced block of a page. */
export interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** The file that the block is, where it says so after its language. */
  readonly file: string | undefined;
  readonly text: string;
}

/** The fenced blocks of pages, in their order. */
export async function snippets(pages: readonly string[]): Promise<Snippet[]> {
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
