import { join } from "@std/path";
import type { Environment } from "../../action/environment.ts";
import { inFolder } from "../commands/softprompt.ts";
import { BASE, type FakeGitHub, NUMBER, REPOSITORY, TOKEN, withGitHub } from "./fake_github.ts";

/** A job of a workflow: what GitHub and `action.yml` set for its steps. */
export interface Job {
  readonly github: FakeGitHub;
  readonly environment: Environment;
  /** The checkout, and the folder for what the steps hand on. */
  readonly workspace: string;
  readonly temporary: string;
  /** The summary of the job so far. */
  readonly summary: () => Promise<string>;
}

/** A job on a pull request, with its own checkout and a server on loopback. */
export function inJob(test: (job: Job) => Promise<void>): Promise<void> {
  return inFolder((given) =>
    withGitHub(async (github) => {
      const folder = await Deno.realPath(given);
      const [workspace, temporary] = [join(folder, "checkout"), join(folder, "temporary")];
      for (const path of [workspace, temporary]) await Deno.mkdir(path);
      const event: string = join(folder, "event.json");
      const pull_request = { number: NUMBER, base: { sha: BASE } };
      await Deno.writeTextFile(event, JSON.stringify({ pull_request }));
      const summary: string = join(folder, "summary.md");
      const environment = {
        GITHUB_API_URL: github.url,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_EVENT_PATH: event,
        GITHUB_WORKSPACE: workspace,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_OUTPUT: join(folder, "output"),
        GITHUB_WORKFLOW: "prompts",
        GITHUB_JOB: "compare",
        RUNNER_TEMP: temporary,
        SOFTPROMPT_EXPERIMENTS: "experiments",
        SOFTPROMPT_BASELINES: "baselines",
        SOFTPROMPT_BASELINE: "main",
        SOFTPROMPT_RESULTS: "results",
        SOFTPROMPT_GATE: "",
        SOFTPROMPT_TOKEN: TOKEN,
      };
      const read = () => Deno.readTextFile(summary).catch(() => "");
      await test({ github, environment, workspace, temporary, summary: read });
    })
  );
}
