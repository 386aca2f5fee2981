/**
 * The third step: writes what was found into the job's summary and into the pull request's comment, and fails where something got worse.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Compared, comparedFile } from "./compare.ts";
import { endStep, type Environment, pullRequest } from "./environment.ts";
import { GitHub, NotPermitted } from "./github.ts";
import { isObject, type JsonObject } from "../src/base/json_object.ts";

/** The longest comment that GitHub takes, in characters, less what is said of what is left out. */
const LONGEST = 65_000;

/** Writes the comment. @returns the exit code: 1 where the job is to fail */
export async function writeComment(environment: Environment): Promise<number> {
  const found: Compared = JSON.parse(await Deno.readTextFile(comparedFile(environment)));
  const summary = [`## ${found.title}`, ...found.sections];
  const refused = await commented(found, environment).catch(async (error) => {
    if (error instanceof NotPermitted) return error.message;
    await summarize(summary, environment);
    throw error;
  });
  if (refused !== undefined) {
    summary.push(
      `The comment could not be written, as the token may not write it (${refused}). For pull requests of forks GitHub gives a token that only reads; otherwise the job needs \`permissions: pull-requests: write\`.`,
    );
  }
  await summarize(summary, environment);
  const line = `${found.title}${refused === undefined ? "" : " (in the job's summary only)"}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
  return found.hasFailed ? 1 : 0;
}

/** Adds pieces of Markdown to the job's summary. */
async function summarize(
  pieces: readonly string[],
  { GITHUB_STEP_SUMMARY: file }: Environment,
): Promise<void> {
  if (file !== undefined) await Deno.writeTextFile(file, `${pieces.join("\n\n")}\n`, { append: true });
}

/** Updates the comment, or writes the first; where no experiment is changed none is begun. */
async function commented(found: Compared, environment: Environment): Promise<undefined> {
  const github = new GitHub(environment);
  const { number } = await pullRequest(environment);
  const marker = markerOf(environment);
  const own = (await github.list(`issues/${number}/comments`)).find((one) => isOwn(one, marker));
  const body = bodyOf(found, marker);
  if (own !== undefined) await github.send("PATCH", `issues/comments/${String(own.id)}`, { body });
  else if (found.sections.length > 0) await github.send("POST", `issues/${number}/comments`, { body });
}

/** A line that is not shown, by which the comment of this workflow's job is found again. */
function markerOf({ GITHUB_WORKFLOW = "", GITHUB_JOB = "" }: Environment): string {
  const hash = createHash("sha256").update(JSON.stringify([GITHUB_WORKFLOW, GITHUB_JOB])).digest("hex");
  return `<!-- softprompt ${hash.slice(0, 16)} -->`;
}

/** Whether a comment is the one of this job. People could change their own afterwards, so one of theirs with the marker is none. */
function isOwn({ body, user }: JsonObject, marker: string): boolean {
  return typeof body === "string" && body.startsWith(marker) && isObject(user) && user.type === "Bot";
}

function bodyOf({ title, sections }: Compared, marker: string): string {
  const head = `${marker}\n## ${title}`;
  const shown: string[] = [];
  let length = head.length;
  for (const section of sections) {
    length += section.length + 2;
    if (length > LONGEST) break;
    shown.push(section);
  }
  const left = sections.length - shown.length;
  const more = left === 0 ? [] : [`${left} more did not fit here: see the job's summary.`];
  return [head, ...shown, ...more].join("\n\n");
}

if (import.meta.main) await endStep(writeComment);
