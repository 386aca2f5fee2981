import { assertEquals, assertThrows } from "@std/assert";
import { strftime } from "../../src/prompt/strftime.ts";

Deno.test("times are written as Python's strftime writes them", () => {
  const time = new Date(2026, 1, 3, 0, 5, 9);
  assertEquals(
    strftime(time, "%A %a %d %-d %B %b %m %-m %Y %y %H:%M:%S %I %p 100%%"),
    "Tuesday Tue 03 3 February Feb 02 2 2026 26 00:05:09 12 AM 100%",
  );
  assertThrows(() => strftime(time, "%d %Q"), RangeError, "strftime_now does not know '%Q'");
  assertThrows(() => strftime(time, "50%"), RangeError, "strftime_now does not know '%'");
});
