import { assertEquals, assertRejects, fail } from "@std/assert";
import { SessionGroup } from "../../src/device/session_group.ts";
import { FakeDevice, graphOf } from "../run/fake_device.ts";

Deno.test("sessions of a group are released once each, those opened before one that fails to open, too", async () => {
  const device = new FakeDevice();
  device.failing.push(3);
  await assertRejects(
    async () => {
      await using group = new SessionGroup(fail);
      const first = await group.add(device.open(graphOf(1)));
      await group.add(device.openResident(graphOf(2)));
      await group.release([first]);
      await group.add(device.open(graphOf(3)));
    },
    Error,
    "graph 3 does not open",
  );
  assertEquals(device.events, ["open 1", "open 2", "release 1", "release 2"]);
});

Deno.test("a session that fails to be released, and a log that fails, keep no other session open", async () => {
  const device = new FakeDevice();
  device.stuck.push(1);
  const group = new SessionGroup(() => {
    throw new Error("the log is full");
  });
  for (const graph of [1, 2]) await group.add(device.open(graphOf(graph)));
  await assertRejects(() => group.release(), Error, "the log is full");
  assertEquals(device.events, ["open 1", "open 2", "release 1", "release 2"]);
});
