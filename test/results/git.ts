/** Calls git in a folder, whatever this machine has set up for it. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"];
  const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", folder, ...own, ...args],
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(text(stderr));
  return text(stdout);
}
