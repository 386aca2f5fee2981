import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { callProgram } from "../../src/cluster/call_program.ts";

Deno.test("a program reads its input, and what it prints is returned", async () => {
  assertEquals(await callProgram("cat", [], "a script\n"), "a script");
});

Deno.test("a scheduler that is not there, or says no, is an error of the input with what it says", async () => {
  await assertRejects(
    () => callProgram("sbatch-of-nobody", [], ""),
    InputError,
    "sbatch-of-nobody cannot be called here",
  );
  const no =
    "echo 'sbatch: error: invalid partition' >&2; echo 'sbatch: error: Batch job submission failed' >&2; exit 1";
  // More than a pipe holds: it does not read it.
  const error = await assertRejects(() => callProgram("sh", ["-c", no], "x".repeat(1 << 20)), InputError);
  assertEquals(
    error.message,
    "sh says no (exit code 1): sbatch: error: invalid partition; sbatch: error: Batch job submission failed",
  );
});
