import { assertEquals, assertStringIncludes } from "@std/assert";
import { Writable } from "node:stream";
import { BatchDisplay } from "../../src/terminal/batch_display.ts";
import { TerminalProgress } from "../../src/terminal/terminal_progress.ts";
import { RecordingIo } from "./recording_io.ts";

/** A terminal's stream, and what is drawn on it. */
function terminal() {
  let drawn = "";
  const write = (chunk: Uint8Array, _: unknown, done: () => void) => {
    drawn += new TextDecoder().decode(chunk);
    done();
  };
  return { bars: Object.assign(new Writable({ write }), { isTTY: true, columns: 100 }), drawn: () => drawn };
}

Deno.test("a run's progress is a bar on the stream where there is one, and lines alone elsewhere", () => {
  const { bars, drawn } = terminal();
  for (const io of [new RecordingIo("", { bars }), new RecordingIo()]) {
    const progress = new TerminalProgress(io);
    progress.start("small", "soft", "native CPU");
    progress.begin("small", 4);
    progress.step(2, "loss 0.5");
    progress.end();
    assertEquals([io.stdout, io.stderr], ["", "small: soft prompt on native CPU\n"]);
  }
  assertStringIncludes(drawn(), "small ");
  assertStringIncludes(drawn(), "0/4");
});

Deno.test("a batch logs its lines above its bar, and as they are where there is none", () => {
  const { bars, drawn } = terminal();
  const plain = new RecordingIo();
  const watched = new RecordingIo("", { bars });
  for (const io of [watched, plain]) {
    const display = new BatchDisplay(2, 10, io);
    display.end("small", 5, { kind: "failed", error: "no", shared: "no" }, 1);
    display.stop();
  }
  assertEquals(plain.stderr, "[1/2] small: failed: no\n");
  assertEquals(watched.stderr, "");
  assertStringIncludes(drawn(), plain.stderr);
  assertStringIncludes(drawn(), "1/2 runs");
});
