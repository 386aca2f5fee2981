import { assertEquals } from "@std/assert";
import { formatFault } from "../../src/base/format_version.ts";

Deno.test("a format is known by its name and a version that is not newer", () => {
  const fault = (format?: unknown) => formatFault({ format }, "softprompt-run/2");
  assertEquals([fault("softprompt-run/1"), fault("softprompt-run/2")], [undefined, undefined]);
  assertEquals(fault("softprompt-run/10"), { named: "softprompt-run/10", isNewer: true });
  for (const named of ["softprompt-run", "softprompt-run/x", "softprompt-model/3", 2, undefined]) {
    assertEquals(fault(named), { named, isNewer: false });
  }
  assertEquals(formatFault("no object", "softprompt-run/2"), undefined);
});
