import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Lock } from "../../src/disk/lock.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a lock is held by one at a time, and waited for", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "locks/x.lock");
    const first = await Lock.tryTake(path);
    assert(first !== undefined);
    assertEquals(await Lock.tryTake(path), undefined);
    let told = 0;
    const waiting = Lock.take(path, () => told++);
    setTimeout(() => first?.release(), 300);
    const second = await waiting;
    assertEquals(told, 1);
    second?.release();
  }));

Deno.test("whoever waits for a lock can be interrupted", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    const held = await Lock.tryTake(path);
    assertEquals(await Lock.take(path, () => {}, AbortSignal.abort()), undefined);
    held?.release();
  }));

Deno.test("a lock ends with the process that holds it, even if that is killed", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    const url = new URL("../../src/disk/lock.ts", import.meta.url);
    const code = `const { Lock } = await import("${url}"); const lock = await Lock.tryTake("${path}");
      console.log(lock ? "held" : "not held"); setTimeout(() => lock.release(), 60_000);`;
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--config", new URL("../../deno.json", import.meta.url).pathname, code],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value).trim(), "held");
    assertEquals(await Lock.tryTake(path), undefined);
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    const lock = await Lock.tryTake(path);
    assert(lock !== undefined);
    lock?.release();
  }));
