import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { exists, inFolder, start, writeExperiment } from "./softprompt.ts";

/** Calls the command line with a reader of standard output that has gone, as after `| head -0`. */
async function unread(args: readonly string[], stdin = ""): Promise<{ code: number; stderr: string }> {
  const child = start(args);
  await child.stdout.cancel();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(stdin)).catch(() => {});
  await input.close().catch(() => {});
  const [stderr, { code }] = await Promise.all([new Response(child.stderr).text(), child.status]);
  return { code, stderr };
}

Deno.test("where nobody reads the output, a command ends quietly, with its results written", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    assertEquals(await unread(["--help"]), { code: 141, stderr: "" });
    const file = await writeExperiment(folder, {
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
      sweep: { seed: [0, 1] },
    });
    const batch = await unread(["batch", file, "--results", results]);
    assertEquals([batch.code, batch.stderr.includes("error")], [141, false]);
    assertEquals(await exists(results, "small", "summary.json"), true);
    const run = join(results, "small/seed=0");
    const texts = `${JSON.stringify({ text: "a joy ." })}\n`.repeat(3000);
    const predicted = await unread(["predict", run, "--file", "-", "--results", results], texts);
    assertEquals([predicted.code, predicted.stderr.includes("error")], [141, false], predicted.stderr);
    assertEquals(await unread(["diff", run, join(results, "small/seed=1")]), { code: 141, stderr: "" });
  }));
