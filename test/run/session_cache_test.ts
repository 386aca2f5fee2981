import { assertEquals, assertRejects, fail } from "@std/assert";
import { SessionCache } from "../../src/run/session_cache.ts";
import { FakeDevice, graphOf } from "./fake_device.ts";

/** Leases a set, and opens its sessions one after the other; where that fails, the use of it is over. */
async function leased(cache: SessionCache, key: string, device: FakeDevice, one: number, other: number) {
  const { open, free, end } = await cache.lease(key);
  try {
    const first = await open("first", () => device.open(graphOf(one)));
    const second = await open("second", () => device.open(graphOf(other)));
    return { sessions: { first, second }, free, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A cache whose sessions are all released. */
function cacheOf(keepsUnused: boolean): SessionCache {
  return new SessionCache(keepsUnused, fail);
}

Deno.test("runs that ask for one key at once share one set of sessions, which is released once after the last", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(false);
  const leases = await Promise.all(
    Array.from({ length: 4 }, () => leased(cache, "a", device, 1, 2)),
  );
  assertEquals(device.events, ["open 1", "open 2"]);
  assertEquals(new Set(leases.map(({ sessions }) => sessions.first)).size, 1);
  const last = leases.pop()!;
  for (const lease of leases) {
    await lease.end();
    await lease.end();
  }
  assertEquals(device.events.length, 2);
  await last.end();
  assertEquals(device.events.slice(2), ["release 1", "release 2"]);
});

Deno.test("runs that ask for different keys at once have theirs until they are done with them", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(true);
  const [a, b, again] = await Promise.all([
    leased(cache, "a", device, 1, 2),
    leased(cache, "b", device, 3, 4),
    leased(cache, "b", device, 5, 6),
  ]);
  assertEquals(device.events.toSorted(), ["open 1", "open 2", "open 3", "open 4"]);
  for (const { sessions: { first, second } } of [a, b]) await Promise.all([first.run({}), second.run({})]);
  await a.end();
  assertEquals(device.events.slice(4), ["release 1", "release 2"]);
  await b.end();
  await again.sessions.first.run({});
  await again.end();
  assertEquals(device.events.length, 6, "the last sessions are kept");
  await cache.release();
  await cache.release();
  assertEquals(device.events.slice(6), ["release 3", "release 4"]);
});

Deno.test("sessions are kept for the next of the same key, and released before those of another are opened", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(true);
  await (await leased(cache, "a", device, 1, 2)).end();
  await (await leased(cache, "a", device, 1, 2)).end();
  await (await leased(cache, "b", device, 3, 4)).end();
  assertEquals(device.events, ["open 1", "open 2", "release 1", "release 2", "open 3", "open 4"]);
});

Deno.test("sessions that do not open are not kept, and those beside them are released", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(true);
  device.failing.push(2);
  const outcomes = await Promise.allSettled([
    leased(cache, "a", device, 1, 2),
    leased(cache, "a", device, 1, 2),
  ]);
  assertEquals(outcomes.map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals(device.events, ["open 1", "release 1"]);
  const { sessions } = await leased(cache, "a", device, 1, 2);
  await sessions.second.run({});
  assertEquals(device.events.slice(2), ["open 1", "open 2"]);
});

Deno.test("sessions being opened during a release serve the requests so far, and no later ones", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(true);
  const asked = leased(cache, "a", device, 1, 2);
  await cache.release();
  const next = leased(cache, "a", device, 3, 4);
  const a = await asked;
  const b = await next;
  await a.sessions.second.run({});
  await a.end();
  assertEquals(device.events.filter((event) => event.startsWith("release")), ["release 1", "release 2"]);
  await b.sessions.first.run({});
});

Deno.test("sessions are freed early if no other run uses them and none are kept", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(false);
  const [one, other] = await Promise.all([
    leased(cache, "a", device, 1, 2),
    leased(cache, "a", device, 1, 2),
  ]);
  await one.free(one.sessions.first);
  await other.sessions.first.run({});
  await one.end();
  await other.free(other.sessions.first);
  assertEquals(device.events.slice(2), ["release 1"]);
  await assertRejects(() => other.sessions.first.run({}), Error, "released");
  await other.sessions.second.run({});
  const next = await leased(cache, "a", device, 3, 4);
  assertEquals(device.events.slice(3), ["open 3", "open 4"]);
  await other.end();
  await next.end();
  assertEquals(device.events.slice(5), ["release 2", "release 3", "release 4"]);
});

/** What is said of a graph's session that is stuck. */
const warning = (graph: number) =>
  `warning: a session failed to be released (graph ${graph} is stuck): its memory may stay in use until the program ends`;

Deno.test("a session that fails to be released is reported; it does not keep the rest open, and fails no run", async () => {
  const device = new FakeDevice();
  const warnings: string[] = [];
  const cache = new SessionCache(true, (line) => warnings.push(line));
  device.stuck.push(1);
  await (await leased(cache, "a", device, 1, 2)).end();
  const { sessions } = await leased(cache, "b", device, 3, 4);
  assertEquals(device.events.slice(2), ["release 1", "release 2", "open 3", "open 4"]);
  await sessions.first.run({});
  assertEquals(warnings, [warning(1)]);
  device.stuck.push(3, 4);
  const own = new SessionCache(false, (line) => warnings.push(line));
  const lease = await leased(own, "c", device, 3, 4);
  await lease.free(lease.sessions.first);
  assertEquals(warnings.slice(1), [warning(3)]);
  await lease.end();
  assertEquals(device.events.slice(-2), ["release 3", "release 4"]);
  assertEquals(warnings.slice(2), [warning(4)]);
});

Deno.test("a run that has ended its use frees nothing of another's", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(false);
  const [one, other] = await Promise.all([
    leased(cache, "a", device, 1, 2),
    leased(cache, "a", device, 1, 2),
  ]);
  await one.end();
  await one.free(one.sessions.first);
  await other.sessions.first.run({});
  assertEquals(device.events, ["open 1", "open 2"]);
});

for (const key of ["a", "b"]) {
  Deno.test(`sessions whose release has begun are released before others are opened: of the key ${key}`, async () => {
    const device = new FakeDevice();
    const cache = cacheOf(false);
    const { end } = await leased(cache, "a", device, 1, 2);
    const ended = end();
    const next = await leased(cache, key, device, 3, 4);
    await ended;
    assertEquals(device.events, ["open 1", "open 2", "release 1", "release 2", "open 3", "open 4"]);
    await next.sessions.second.run({});
    await next.end();
  });
}

Deno.test("sessions being freed early are released before others are opened", async () => {
  const device = new FakeDevice();
  const cache = cacheOf(false);
  const { sessions, free, end } = await leased(cache, "a", device, 1, 2);
  const freed = free(sessions.first);
  const next = await leased(cache, "a", device, 3, 4);
  await freed;
  assertEquals(device.events, ["open 1", "open 2", "release 1", "open 3", "open 4"]);
  await end();
  await next.end();
});

Deno.test("a log that fails leaves no session open, and the next request opens its own", async () => {
  const device = new FakeDevice();
  const cache = new SessionCache(false, () => {
    throw new Error("the log is full");
  });
  device.stuck.push(1);
  const a = await leased(cache, "a", device, 1, 2);
  await assertRejects(() => a.end(), Error, "the log is full");
  const b = await leased(cache, "b", device, 3, 4);
  assertEquals(device.events, ["open 1", "open 2", "release 1", "release 2", "open 3", "open 4"]);
  await b.end();
});
