import project from "../../deno.json" with { type: "json" };
import type { TEMPLATES } from "./project_template.ts";

/** Where a version's schema is on the network: npm's packages are served there. */
const SCHEMA = `https://cdn.jsdelivr.net/npm/softprompt@${project.version}/schema.json`;

/** The copy of the schema in a project. */
export const LOCAL_SCHEMA = ".vscode/experiment.schema.json";

/** The experiment file of a new project, with the address of its schema. @param text of the template */
export function experimentText(text: string): string {
  return `# yaml-language-server: $schema=${SCHEMA}
# Editors complete and explain keys by this schema. Offline, write $schema=../${LOCAL_SCHEMA} instead.
${text}`;
}

/** What editors, git and npm read of a new project, by their paths in it. @param name of its folder */
export function settingFiles(name: string): Readonly<Record<string, string>> {
  const json = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;
  return {
    ".gitignore": "node_modules/\nresults/\n",
    ".vscode/extensions.json": json({ recommendations: ["redhat.vscode-yaml"] }),
    ".vscode/settings.json": json({
      "yaml.schemas": { [`./${LOCAL_SCHEMA}`]: ["experiments/*.yaml", "*.softprompt.yaml"] },
    }),
    // The version that the project is for: after `npm install`, npx takes this one.
    "package.json": json({
      name: name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-").replace(/^[._-]+/, "") || "study",
      private: true,
      devDependencies: { softprompt: project.version },
    }),
  };
}

/** The README of a new project. */
export function readmeText(name: string, { about, asked }: typeof TEMPLATES[keyof typeof TEMPLATES]): string {
  return `# ${name}

${about}

\`experiments/first.yaml\` says what is tuned, and on what. The next three commands:

\`\`\`sh
npx softprompt run                          # runs the files in experiments/: the results go to results/
npx softprompt predict results/first ${asked}
npx softprompt validate experiments         # checks the files, after you have changed them
\`\`\`

\`results/first/report.html\` shows the run: open it in a browser. To compare two prompts, copy
\`experiments/first.yaml\`, give it another name and change it, run it, and call
\`npx softprompt diff results/first results/second\`.

\`package.json\` names the version of softprompt that this folder was made with; \`npm install\` keeps to it.
`;
}
