import { homedir } from "node:os";

/**
 * Names the home folder as `XDG_RUNTIME_DIR` where that is not set, as in containers and on servers. The libraries that look
 * for WebGPU adapters write an error of their own for each look without it, though nothing they are asked for needs it; the
 * home folder is there, and nobody else's.
 */
export function nameRuntimeFolder(): void {
  const variable = "XDG_RUNTIME_DIR";
  const isAllowed = Deno.permissions.querySync({ name: "env", variable }).state === "granted" &&
    Deno.permissions.querySync({ name: "sys", kind: "homedir" }).state === "granted";
  if (Deno.build.os === "linux" && isAllowed && !Deno.env.get(variable)) Deno.env.set(variable, homedir());
}
