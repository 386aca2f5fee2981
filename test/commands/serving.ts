import { assertEquals } from "@std/assert";
import { main } from "../../src/cli.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { endsBefore } from "./softprompt.ts";

/** Serves a run at a free port while the test goes on, in this process, and ends it with Ctrl-C. */
export async function serving(
  args: readonly string[],
  test: (url: string) => Promise<void>,
): Promise<void> {
  const io = new RecordingIo();
  const call = main(["serve", ...args, "--port", "0"], io);
  const address = () => /http:\S+/.exec(io.stdout)?.[0];
  if (await endsBefore(call, () => address() !== undefined)) {
    throw new Error(`the server ended: ${io.stderr}`);
  }
  try {
    await test(address()!);
  } finally {
    io.interrupt();
    assertEquals(await call, 0, io.stderr);
  }
}
