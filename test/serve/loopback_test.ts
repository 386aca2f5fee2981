import { assertEquals } from "@std/assert";
import { isLoopback } from "../../src/serve/loopback.ts";

Deno.test("loopback is 127.0.0.0/8, ::1 and localhost, however they are written", () => {
  const own = [
    "127.0.0.1",
    "127.8.9.10",
    "127.1",
    "::1",
    "0:0:0:0:0:0:0:1",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
  ];
  const others = [
    "0.0.0.0",
    "::",
    "192.168.1.2",
    "fe80::1",
    "example.com",
    "127.0.0.1.example.com",
    "notlocalhost",
  ];
  assertEquals(own.filter((host) => !isLoopback(host)), []);
  assertEquals(others.filter(isLoopback), []);
});
