import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Interrupted } from "../../src/training/training_error.ts";
import { untilInterrupted } from "../../src/terminal/interrupt.ts";
import { RecordingIo } from "./recording_io.ts";

Deno.test("the first Ctrl-C asks for a graceful stop, the second ends the program, and afterwards none is handled", async () => {
  const io = new RecordingIo();
  const aborted = await untilInterrupted(io, (signal) => {
    io.interrupt();
    assertThrows(() => io.interrupt(), Error, "exit code 130");
    return Promise.resolve(signal.aborted);
  });
  assertEquals([aborted, io.stderr], [true, "stopping; press Ctrl-C again to stop at once\n"]);
  io.interrupt();
});

Deno.test("a request to terminate interrupts like Ctrl-C, however often it comes; the launcher's is announced already", async () => {
  for (const [isAnnounced, said] of [[false, "stopping\n"], [true, ""]] as const) {
    const io = new RecordingIo();
    const reason = await untilInterrupted(io, (signal) => {
      io.interrupt("SIGTERM", isAnnounced);
      io.interrupt("SIGTERM", isAnnounced);
      return Promise.resolve(signal.reason);
    });
    assertInstanceOf(reason, Interrupted);
    assertEquals([io.stderr, io.stoppedBy()], [said, "SIGTERM"]);
  }
});
