// deno-lint-ignore-file no-console
/**
 * Tries what its arguments name, and writes what it was allowed to: run with a verb's permissions. Each argument is `kind=value`.
 *
 * @module
 */
import { statfsSync } from "node:fs";

const TRY: Readonly<Record<string, (value: string) => unknown>> = {
  read: (path) => Deno.readDirSync(path).next(),
  readFile: (path) => Deno.readTextFileSync(path),
  write: (path) => Deno.writeTextFileSync(path, ""),
  statfs: (path) => statfsSync(path),
  ffi: (path) => Deno.permissions.querySync({ name: "ffi", path }).state === "granted" || refuse(),
  ask: (path) => Deno.permissions.requestSync({ name: "read", path }).state === "granted" || refuse(),
  net: (host) => Deno.permissions.querySync({ name: "net", host }).state === "granted" || refuse(),
  env: (name) => Deno.env.get(name) ?? refuse(),
  run: (program) => new Deno.Command(program).outputSync(),
};

function refuse(): never {
  throw new Deno.errors.NotCapable("refused");
}

const allowed = Deno.args.filter((one) => {
  const [kind = "", value = ""] = one.split("=");
  try {
    TRY[kind]?.(value);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
});
console.log(JSON.stringify(allowed));
