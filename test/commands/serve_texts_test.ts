import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadRun } from "softprompt";
import { freeExperiment } from "./free_experiment.ts";
import { serving } from "./serving.ts";
import { call, inFolder } from "./softprompt.ts";

const HARD = {
  name: "hard",
  prompt: { kind: "hard", template: "{text} {context} answer" },
  training: undefined,
};
const QUESTION = { text: "what is the film", context: "it was dull" };
const JSON_TYPE = { "content-type": "application/json" };

/** The folders of a run of a soft prompt and of one of a hard prompt. */
async function runs(folder: string): Promise<[string, string]> {
  for (const changes of [{ training: undefined }, HARD]) {
    const file = await freeExperiment(folder, changes);
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
  }
  return [join(folder, "free"), join(folder, "hard")];
}

Deno.test("other programs ask a served run, and hear its answer in pieces", () =>
  inFolder(async (folder) => {
    const [soft, hard] = await runs(folder);
    await serving([soft, "--hard", hard, "--results", folder], async (url) => {
      for (const [path, run] of [["answer", soft], ["hard/answer", hard]] as const) {
        const response = await fetch(new URL(path, url), {
          method: "POST",
          headers: JSON_TYPE,
          body: JSON.stringify(QUESTION),
        });
        assertEquals([response.status, response.headers.get("content-type")], [
          200,
          "application/x-ndjson; charset=utf-8",
        ]);
        const lines = (await response.text()).split("\n").filter((line) => line !== "").map((line) =>
          JSON.parse(line)
        );
        const { generated, ended_by, log_probability, truncated } = lines.at(-1);
        assertEquals(lines.slice(0, -1).map(({ piece }) => piece).join(""), generated);
        const loaded = await loadRun(run, { answers: "texts" });
        const [answer] = await loaded.answer([QUESTION]);
        await loaded.release();
        assertEquals([generated, ended_by, truncated], [answer!.text, answer!.endedBy, answer!.truncated]);
        assert(log_probability < 0);
      }
      const about = await (await fetch(new URL("texts.json", url))).json();
      assertEquals(about.prompts, [
        { kind: "soft", template: "{prompt} {text} {context} answer", path: "answer" },
        { kind: "hard", template: "{text} {context} answer", path: "hard/answer" },
      ]);
      assertEquals([about.columns, about.examples], [["text", "context"], [{
        text: "who was it",
        context: "it was fun",
      }]]);
    });
  }));

Deno.test("a served run answers its own page and programs alone, within limits, and its page may load nothing from elsewhere", () =>
  inFolder(async (folder) => {
    const [soft] = await runs(folder);
    await serving([soft, "--results", folder], async (url) => {
      const post = async (body: BodyInit, headers: Record<string, string> = JSON_TYPE, path = "answer") => {
        const response = await fetch(new URL(path, url), { method: "POST", headers, body });
        return [response.status, await response.text()] as const;
      };
      const good = JSON.stringify(QUESTION);
      assertEquals((await post(good))[0], 200);
      assertEquals((await post(good, { ...JSON_TYPE, origin: new URL(url).origin }))[0], 200);
      assertEquals((await post(good, { ...JSON_TYPE, origin: "https://evil.example" }))[0], 403);
      assertEquals((await post(good, { ...JSON_TYPE, origin: "null" }))[0], 403);
      assertEquals((await post(good, { ...JSON_TYPE, "sec-fetch-site": "cross-site" }))[0], 403);
      assertEquals((await post(good, { "content-type": "text/plain" }))[0], 415);
      assertEquals((await post(JSON.stringify({ ...QUESTION, more: "x".repeat(64 * 1024) })))[0], 413);
      for (const wrong of ["", "{", "[]", "7", '{"text": "a"}', '{"text": 1, "context": "b"}']) {
        const [status, text] = await post(wrong);
        assertEquals([status, text], [400, "send a JSON object with the columns text, context, each a text"]);
      }
      assertEquals((await post(good, JSON_TYPE, "hard/answer"))[0], 405);
      const got = await fetch(new URL("answer", url));
      assertEquals([got.status, got.headers.get("allow")], [405, "POST"]);
      await got.body?.cancel();
      const page = await fetch(url);
      const policy = page.headers.get("content-security-policy")!;
      assertStringIncludes(
        policy,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
      );
      assert(!/https?:|\*|unsafe/.test(policy), policy);
      assert(!/(?:src|href)="(?:https?:)?\/\//.test(await page.text()));
      const many = await Promise.all(Array.from({ length: 20 }, () => post(good)));
      const statuses = many.map(([status]) => status);
      assert(statuses.every((status) => status === 200 || status === 503), statuses.join());
      assertEquals((await post(good))[0], 200);
    });
  }));

Deno.test("what cannot be served beside a run of free texts is refused with the way out", () =>
  inFolder(async (folder) => {
    const [soft, hard] = await runs(folder);
    const other = await freeExperiment(folder, {
      ...HARD,
      name: "other",
      prompt: { kind: "hard", template: "{text} answer" },
      evaluation: { generate: { maxTokens: 3 } },
    });
    assertEquals((await call(["run", other, "--results", folder])).code, 0);
    for (
      const [args, message] of [
        [[soft, "--hard", soft], "is not a run of a hard prompt whose answers are generated"],
        [[hard, "--hard", hard], "is a run of a hard prompt, too"],
        [[soft, "--hard", join(folder, "other")], "have other columns (text, context; text)"],
      ] as const
    ) {
      const { code, stderr } = await call(["serve", ...args, "--results", folder]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
    }
  }));
