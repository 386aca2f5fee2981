import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";

/** Calls a program of the cluster and returns what it prints. @param input what it reads */
export type CallProgram = (args: readonly string[], input: string) => Promise<string>;

/**
 * Calls a program by its name.
 *
 * @throws {InputError} with what it says, where it is not there or says no
 */
export async function callProgram(name: string, args: readonly string[], input: string): Promise<string> {
  const command = new Deno.Command(name, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  let child: Deno.ChildProcess;
  try {
    child = command.spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)) {
      throw error;
    }
    throw new InputError(
      `${name} cannot be called here (${error.message}): submit on a machine that has it, or look at the jobs with --dry-run`,
    );
  }
  const writer = child.stdin.getWriter();
  // A program that says no need not read its input.
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await written;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (code === 0) return text(stdout);
  const answer = text(stderr) || text(stdout) || "nothing";
  throw new InputError(
    message`${name} says no (exit code ${code}): ${ofFile(answer.split("\n").join("; "))}`,
  );
}
