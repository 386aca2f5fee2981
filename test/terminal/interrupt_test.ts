import { assertEquals, assertThrows } from "@std/assert";
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
