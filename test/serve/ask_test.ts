import { assertEquals } from "@std/assert";
import { MOST_QUESTIONS } from "../../src/serve/ask.ts";
import type { AnswerQuestion } from "../../src/serve/ask.ts";
import { serveTexts } from "../../src/serve/text_server.ts";
import { InputError } from "../../src/base/errors.ts";

/** Asks a server that gives the answers of a test. */
async function asked(
  answerQuestion: AnswerQuestion,
  test: (ask: (signal?: AbortSignal) => Promise<Response>, errors: readonly unknown[]) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const url = Promise.withResolvers<string>();
  const errors: unknown[] = [];
  const serving = serveTexts({
    title: "asked",
    device: "a device",
    columns: ["text"],
    prompts: [{ kind: "hard", template: "{text}", path: "answer", answerQuestion }],
    examples: [],
  }, {
    hostname: "127.0.0.1",
    port: 0,
    signal: ended.signal,
    onListen: url.resolve,
    onError: (error) => errors.push(error),
  });
  const address = new URL("answer", await url.promise);
  const ask = (signal?: AbortSignal) =>
    fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"text": "why"}',
      ...(signal && { signal }),
    });
  try {
    await test(ask, errors);
  } finally {
    ended.abort();
    await serving;
  }
}

const END = { generated: "x", ended_by: "end token", log_probability: -1, truncated: 0 };

Deno.test("as many questions as there may be are answered or wait; those that clients leave make room for others", async () => {
  let going = 0;
  const untilLeft: AnswerQuestion = async function* (_, signal) {
    going++;
    yield "x";
    await new Promise((left) => signal.addEventListener("abort", left));
    going--;
    return END;
  };
  await asked(untilLeft, async (ask, errors) => {
    const leave = new AbortController();
    const waiting = await Promise.all(Array.from({ length: MOST_QUESTIONS }, () => ask(leave.signal)));
    assertEquals(waiting.map(({ status }) => status), waiting.map(() => 200));
    const refused = await ask();
    assertEquals([refused.status, refused.headers.get("retry-after")], [503, "5"]);
    await refused.body?.cancel();
    leave.abort();
    await Promise.allSettled(waiting.map((response) => response.text()));
    while (going > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const again = await ask();
    assertEquals(again.status, 200);
    await again.body?.cancel();
    assertEquals(errors, []);
  });
});

Deno.test("an answer that fails says so in its last line; one that breaks ends early, and the server's owner hears why", async () => {
  for (
    const [error, last] of [
      [new InputError("the answer to the text is not a number"), "the answer to the text is not a number"],
      [new RangeError("a secret of the server"), undefined],
    ] as const
  ) {
    const failing: AnswerQuestion = async function* () {
      yield "x";
      await Promise.reject(error);
      return END;
    };
    await asked(failing, async (ask, errors) => {
      const text = await ask().then((response) => response.text()).catch(() => "");
      const lines = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
      assertEquals(lines.at(-1)?.error, last);
      assertEquals(errors, last === undefined ? [error] : []);
    });
  }
});
