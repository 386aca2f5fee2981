import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exitCodeOf, FAILED, messageOf, WRONG_USE } from "../../src/terminal/exit_codes.ts";

Deno.test("what Deno or the system did not allow is told with the way out, and is not unexpected", () => {
  const { NotCapable, PermissionDenied } = Deno.errors;
  const asked = 'Requires read access to "/x", run again with the --allow-read flag';
  for (
    const [error, message] of [
      [new NotCapable(asked), '(Requires read access to "/x"): call deno run -A src/main.ts'],
      [
        new PermissionDenied("Permission denied (os error 13): open 'x'"),
        "lack a permission that this needs",
      ],
    ] as const
  ) {
    assertEquals(exitCodeOf(error), WRONG_USE);
    assertStringIncludes(messageOf(error), message);
    assert(!messageOf(error).includes("unexpected"));
  }
  assertEquals(exitCodeOf(new Error("x")), FAILED);
  assertStringIncludes(messageOf(new Error("x")), "unexpected: x");
});
