import { start } from "./softprompt.ts";

/** Serves a run at a free port while the test goes on. */
export async function serving(
  args: readonly string[],
  test: (url: string) => Promise<void>,
): Promise<void> {
  const server = start(["serve", ...args, "--port", "0"]);
  const reader = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      said += value ?? "";
      const [url] = /http:\S+/.exec(said) ?? [];
      if (url !== undefined) {
        await test(url);
        return;
      }
      if (done) throw new Error(`the server ended: ${said}${await new Response(server.stderr).text()}`);
    }
  } finally {
    await reader.cancel();
    if (!server.stderr.locked) await server.stderr.cancel();
    server.kill("SIGINT");
    await server.status;
  }
}
