import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { writeComment } from "../../action/comment.ts";
import { type Compared, comparedFile } from "../../action/compare.ts";
import { inJob, type Job } from "./steps.ts";

/** Writes the comment of what was found. @returns the exit code */
async function comment({ environment }: Pick<Job, "environment">, found: Partial<Compared>): Promise<number> {
  await Deno.mkdir(dirname(comparedFile(environment)), { recursive: true });
  const whole = { title: "a title", sections: ["a section"], hasFailed: false, ...found };
  await Deno.writeTextFile(comparedFile(environment), JSON.stringify(whole));
  return await writeComment(environment);
}

Deno.test("the first comment is written, and then kept up to date, also after hundreds of others", () =>
  inJob(async (job) => {
    const { comments } = job.github;
    for (let id = 1; id <= 230; id++) comments.push({ id, body: "talk", user: { type: "User" } });
    assertEquals(await comment(job, { title: "first" }), 0);
    assertEquals(comments.length, 231);
    assert(/^<!-- softprompt [0-9a-f]+ -->\n## first\n\na section$/.test(comments[230]!.body));
    for (let i = 0; i < 3; i++) comments.push({ id: 300 + i, body: "more talk", user: { type: "User" } });
    assertEquals(await comment(job, { title: "second" }), 0);
    assertEquals(comments.length, 234);
    assertStringIncludes(comments[230]!.body, "## second");
    assertStringIncludes(await job.summary(), "## first\n\na section\n## second\n\na section");
  }));

Deno.test("a person's comment with the marker is not taken for the job's, and another job has its own", () =>
  inJob(async (job) => {
    const { comments } = job.github;
    await comment(job, {});
    const [own] = comments.splice(0);
    comments.push({ ...own!, user: { type: "User" } });
    await comment(job, { title: "again" });
    assertEquals(comments.map(({ user }) => user.type), ["User", "Bot"]);
    const environment = { ...job.environment, GITHUB_JOB: "another" };
    await comment({ environment }, { title: "another" });
    assertEquals(comments.map(({ body }) => /## (.*)/.exec(body)?.[1]), ["a title", "again", "another"]);
  }));

Deno.test("without changed experiments no comment is begun, but one that is there is updated", () =>
  inJob(async (job) => {
    await comment(job, { title: "none", sections: [] });
    assertEquals(job.github.comments, []);
    await comment(job, {});
    await comment(job, { title: "none any more", sections: [] });
    assertStringIncludes(job.github.comments[0]!.body, "none any more");
  }));

Deno.test("a token that only reads, as for forks, fails nothing: the summary says so", () =>
  inJob(async (job) => {
    job.github.onlyReads = true;
    assertEquals(await comment(job, {}), 0);
    assertEquals(job.github.comments, []);
    const summary = await job.summary();
    assertStringIncludes(summary, "a section");
    assertStringIncludes(summary, "The comment could not be written");
    assertEquals(await comment(job, { hasFailed: true }), 1, "the gate fails all the same");
  }));

Deno.test("what got worse fails the job after the comment is written", () =>
  inJob(async (job) => {
    assertEquals(await comment(job, { title: "worse", hasFailed: true }), 1);
    assertStringIncludes(job.github.comments[0]!.body, "## worse");
  }));

Deno.test("what does not fit into a comment is in the summary alone", () =>
  inJob(async (job) => {
    const sections = ["x".repeat(40_000), "y".repeat(40_000)];
    await comment(job, { sections });
    const body = job.github.comments[0]?.body ?? "";
    assert(body.length < 65_536 && body.includes("1 more did not fit here"), String(body.length));
    assertStringIncludes(await job.summary(), sections[1]!);
  }));

Deno.test("other answers of GitHub fail the step, and no message has the token", () =>
  inJob(async (job) => {
    const environment = { ...job.environment, SOFTPROMPT_TOKEN: "a-wrong-secret" };
    const error: Error = await assertRejects(() => comment({ environment }, {}), Error, "with 401");
    assert(!error.message.includes("a-wrong-secret"));
  }));

Deno.test("where GitHub fails or its rate limit is reached, the step fails by that, and the summary has what was found", () =>
  inJob(async (job) => {
    const limits: ResponseInit[] = [
      { status: 429 },
      { status: 403, headers: { "x-ratelimit-remaining": "0" } },
      { status: 403, headers: { "retry-after": "60" } },
    ];
    for (const limit of limits) {
      job.github.instead = () => new Response("{}", limit);
      await assertRejects(() => comment(job, { title: "limited" }), InputError, "rate limit is reached");
    }
    assertStringIncludes(await job.summary(), "## limited\n\na section");
    job.github.instead = () => new Response("<html>");
    await assertRejects(() => comment(job, {}), InputError, "is no list: run the job again");
  }));
