import { assertEquals, assertThrows } from "@std/assert";
import { untilInterrupted } from "../../src/terminal/interrupt.ts";
import { RecordingIo } from "./recording_io.ts";

Deno.test("the first Ctrl-C is a signal to stop in good order, the second the end, and afterwards none is heard", async () => {
  const io = new RecordingIo();
  const aborted = await untilInterrupted(io, (signal) => {
    io.interrupt();
    assertThrows(() => io.interrupt(), Error, "exit code 130");
    return Promise.resolve(signal.aborted);
  });
  assertEquals([aborted, io.stderr], [true, "stopping; press Ctrl-C again to stop at once\n"]);
  io.interrupt();
});
