// deno-lint-ignore-file no-console
import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../src/cli.ts";
import { RecordingIo } from "./terminal/recording_io.ts";

Deno.test("errors are red where colours are shown, and plain elsewhere", async () => {
  const message =
    "there is no experiment file nowhere.yaml: check the path, from the folder that you are in\n";
  for (const [hasColors, word] of [[true, "\x1b[31merror\x1b[39m"], [false, "error"]] as const) {
    const io = new RecordingIo("", { hasColors });
    assertEquals(await main(["run", "nowhere.yaml"], io), 2);
    assertEquals([io.stdout, io.stderr], ["", `${word}: ${message}`]);
  }
});

Deno.test("concurrent calls print to the output that each was given, and never to the console", async () => {
  const { log, error } = console;
  const written: unknown[] = [];
  console.log = console.error = (...args) => written.push(...args);
  try {
    const calls = ["run", "batch", "diff"].map(async (verb) => {
      const io = new RecordingIo();
      assertEquals(await main([verb, "--help"], io), 0);
      assertStringIncludes(io.stdout, `Usage: softprompt ${verb} `);
      assertEquals(await main([verb, "--nothing"], io), 2);
      assertStringIncludes(io.stderr, "error: unknown option '--nothing'\n(see --help for usage)\n");
    });
    await Promise.all(calls);
  } finally {
    Object.assign(console, { log, error });
  }
  assertEquals(written, []);
});

Deno.test("an empty argument or flag is refused: as a path it would be the working directory", async () => {
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [["run", "x.yaml", "--results", ""], "--results <dir>"],
    [["run", "x.yaml", "--allow-read", ""], "--allow-read <path>"],
    [["run", ""], "<files>"],
    [["diff", "", "b"], "<a>"],
    [["predict", "run", "--file", ""], "--file <path>"],
    [["serve", "run", "--host", ""], "--host <name>"],
  ];
  for (const [args, empty] of refusals) {
    const io = new RecordingIo();
    assertEquals(await main(args, io), 2);
    assertEquals(io.stderr, `error: '${empty}' is empty: give it a value\n(see --help for usage)\n`);
  }
});
