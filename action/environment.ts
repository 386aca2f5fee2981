import { join } from "@std/path";
import { InputError, thrownMessage } from "../src/base/errors.ts";
import { isObject } from "../src/base/json_object.ts";

/** The environment of a step: GitHub's variables and the action's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable. @throws {InputError} where it is not set */
export function variable(environment: Environment, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  throw new InputError(`${name} is not set: this is a step of a GitHub Action`);
}

/** The folder by which the steps hand on what they found. */
export function handedOn(environment: Environment): string {
  return join(variable(environment, "RUNNER_TEMP"), "softprompt");
}

/** A pull request, as far as it is needed. */
export interface PullRequest {
  readonly number: number;
  /** The commit that it is to be merged into. */
  readonly base: string;
}

/** The pull request that the workflow runs for. @throws {InputError} where it runs for something else */
export async function pullRequest(environment: Environment): Promise<PullRequest> {
  const event: unknown = JSON.parse(await Deno.readTextFile(variable(environment, "GITHUB_EVENT_PATH")));
  const pull = isObject(event) ? event.pull_request : undefined;
  const base = isObject(pull) ? pull.base : undefined;
  if (isObject(pull) && typeof pull.number === "number" && isObject(base) && typeof base.sha === "string") {
    return { number: pull.number, base: base.sha };
  }
  throw new InputError("this workflow does not run for a pull request: let it run 'on: pull_request'");
}

/** Ends a step with its exit code, or with 1 and its error. */
export async function endStep(step: (environment: Environment) => Promise<number>): Promise<never> {
  try {
    Deno.exit(await step(Deno.env.toObject()));
  } catch (error) {
    await Deno.stderr.write(new TextEncoder().encode(`error: ${thrownMessage(error)}\n`));
    Deno.exit(1);
  }
}
