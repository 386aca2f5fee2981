import { homedir } from "node:os";

/**
 * Sets `XDG_RUNTIME_DIR` to the home folder where it is not set, as in containers and on servers. Without it, the libraries that look
 * for WebGPU adapters write an error for each attempt, although nothing here needs it; the
 * home folder exists and is private to the user.
 */
export function nameRuntimeFolder(): void {
  const variable = "XDG_RUNTIME_DIR";
  const isAllowed = Deno.permissions.querySync({ name: "env", variable }).state === "granted" &&
    Deno.permissions.querySync({ name: "sys", kind: "homedir" }).state === "granted";
  if (Deno.build.os === "linux" && isAllowed && !Deno.env.get(variable)) Deno.env.set(variable, homedir());
}
