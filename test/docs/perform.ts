import { join } from "@std/path";

/**
 * Runs a command in a folder, as a user would; a server gets one request and is stopped.
 *
 * @param softprompt the program that `npx softprompt` calls, where it is installed
 * @returns what went wrong
 */
export async function perform(
  command: string,
  folder: string,
  env: Record<string, string>,
  softprompt?: string,
): Promise<string | undefined> {
  const [redirected, target] = command.split(" > ");
  const parts = [...redirected!.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
  const own: Record<string, string> = {};
  while (/^\w+=/.test(parts[0]!)) {
    const [name, ...value] = parts.shift()!.split("=");
    if (!(name! in env)) own[name!] = value.join("=");
  }
  const called = parts.shift();
  const isOfPackage = called === "npx" && softprompt !== undefined && parts.shift() === "softprompt";
  if (called !== "deno" && !isOfPackage) return "it is not a command of Deno, or of the package";
  const serves = parts.includes("serve") || parts.includes("view") && !parts.includes("--export");
  // At a free port: other pages' commands, and other tests, serve at the same time.
  const args = serves && !parts.includes("--port") ? [...parts, "--port", "0"] : parts;
  const child = new Deno.Command(isOfPackage ? softprompt : Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1", ...own, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (serves) return await served(child);
  const { code, stdout, stderr } = await child.output();
  if (target !== undefined) await Deno.writeFile(join(folder, target), stdout);
  // Exit code 3 is the answer of `diff --fail-on-regression`, not a failure.
  return code === 0 || code === 3 && parts.includes("--fail-on-regression")
    ? undefined
    : `exit code ${code}: ${new TextDecoder().decode(stderr).slice(-2000)}`;
}

async function served(child: Deno.ChildProcess): Promise<string | undefined> {
  const errors = new Response(child.stderr).text();
  let said = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += part;
    const [url] = /http:\S+/.exec(said) ?? [];
    if (url === undefined) continue;
    const { ok } = await fetch(url).then(async (response) => {
      await response.body?.cancel();
      return response;
    });
    child.kill("SIGINT");
    await child.status;
    await errors;
    return ok ? undefined : `${url} answers nothing`;
  }
  return `it ended: ${await errors}`;
}
