import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { Lock, LockLost, type LockSystem } from "../../src/disk/lock.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a lock is held by one at a time, and waited for", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "locks/x.lock");
    const first = await Lock.tryTake(path);
    assert(first !== undefined);
    assertEquals(await Lock.tryTake(path), undefined);
    let waits = 0;
    const waiting = Lock.take(path, { onWait: () => waits++ });
    setTimeout(() => first?.release(), 300);
    const second = await waiting;
    assertEquals(waits, 1);
    second?.release();
  }));

Deno.test("whoever waits for a lock can be interrupted", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    const held = await Lock.tryTake(path);
    assertEquals(await Lock.take(path, { signal: AbortSignal.abort() }), undefined);
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

/** A machine whose file system gives a lock to everybody who asks, or has none. */
const machine = (name: string, tryLock = () => Promise.resolve(true)): LockSystem => ({
  hostname: () => Promise.resolve(name),
  tryLock,
});

Deno.test("where flock does nothing, one of two machines has the lock, until it is released or silent for a minute", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    for (const names of [["a", "b"], ["a", "a"]] as const) {
      const [first, second] = names.map((name) => ({ system: machine(name) }));
      const held = await Lock.tryTake(path, first);
      assert(held !== undefined);
      assertEquals(await Lock.tryTake(path, second), undefined);
      const silentFor = (seconds: number) => {
        const then = new Date(Date.now() - seconds * 1000);
        return Deno.utime(`${path}.owner`, then, then);
      };
      await silentFor(50);
      assertEquals(await Lock.tryTake(path, second), undefined);
      await silentFor(65);
      const taken = await Promise.all([1, 2, 3, 4].map(() => Lock.tryTake(path, second)));
      assertEquals(taken.filter((lock) => lock !== undefined).length, 1, "one takes it over");
      assertThrows(() => held?.check(), LockLost, "another machine goes on");
      taken.find((lock) => lock !== undefined)?.check();
      held?.release();
      assertEquals(await Lock.tryTake(path, first), undefined, "the dead one's release changes nothing");
      taken.forEach((lock) => lock?.release());
      (await Lock.tryTake(path, first))!.release();
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.lock"]);
    }
  }));

Deno.test("where flock works, what a killed process left on the same machine is taken over at once", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    const left = (host: string) => Deno.writeTextFile(`${path}.owner`, JSON.stringify({ token: "t", host }));
    await left("elsewhere");
    assertEquals(await Lock.tryTake(path), undefined);
    await left(Deno.hostname());
    const lock = await Lock.tryTake(path);
    assert(lock !== undefined);
    lock?.release();
  }));

Deno.test("an owner whose last sign of life lies in the future is taken for dead", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    await Deno.writeTextFile(`${path}.owner`, JSON.stringify({ token: "t", host: "elsewhere" }));
    for (const [seconds, isTaken] of [[50, false], [86_400, true]] as const) {
      const then = new Date(Date.now() + seconds * 1000);
      await Deno.utime(`${path}.owner`, then, then);
      const lock = await Lock.tryTake(path);
      assertEquals(lock !== undefined, isTaken, `${seconds} s`);
      lock?.release();
    }
  }));

Deno.test("a pipe in the place of an owner's file is not waited for", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    await new Deno.Command("mkfifo", { args: [`${path}.owner`] }).output();
    const lock = await Lock.tryTake(path);
    assert(lock !== undefined);
    lock?.release();
  }));

Deno.test("a file system without locks is reported once, and one process has the lock", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const none = () => Promise.reject(new Error("No locks available (os error 37)"));
    const options = { system: machine("a", none), log: (line: string) => lines.push(line) };
    const lock = await Lock.tryTake(join(folder, "x.lock"), options);
    assertEquals(await Lock.tryTake(join(folder, "x.lock"), options), undefined);
    assertEquals(lines, [
      `warning: the file system of ${folder} has no locks (No locks available (os error 37)): what a killed process was at is free again after 60 seconds`,
    ]);
    lock?.release();
  }));

Deno.test("whether a lock is held is seen without taking it, and without writing", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "locks/x.lock");
    const names = () => Array.from(Deno.readDirSync(join(folder, "locks")), ({ name }) => name).sort();
    assertEquals(await Lock.isHeld(path), false);
    const lock = await Lock.tryTake(path);
    const before = names();
    assertEquals([await Lock.isHeld(path), names()], [true, before]);
    lock?.release();
    assertEquals([await Lock.isHeld(path), names()], [false, ["x.lock"]]);
    const next = await Lock.tryTake(path);
    assert(next !== undefined, "whoever has looked holds nothing");
    next?.release();
  }));

Deno.test("an owner without flock is seen by its signs of life, and a dead one of this machine is not", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "x.lock");
    const lock = await Lock.tryTake(path, { system: machine("a") });
    assertEquals(await Lock.isHeld(path, machine("b")), true);
    assertEquals(await Lock.isHeld(path, machine("a")), true);
    const minutes = new Date(Date.now() - 120_000);
    await Deno.utime(`${path}.owner`, minutes, minutes);
    assertEquals(await Lock.isHeld(path, machine("b")), false);
    lock?.release();
    await Deno.writeTextFile(`${path}.owner`, JSON.stringify({ token: "x", host: Deno.hostname() }));
    assertEquals(await Lock.isHeld(path), false, "flock is free, so its owner on this machine has ended");
    await Deno.writeTextFile(`${path}.owner`, JSON.stringify({ token: "x", host: "elsewhere" }));
    assertEquals(await Lock.isHeld(path), true);
  }));
