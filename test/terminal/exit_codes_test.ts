import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Interrupted } from "../../src/training/trainer.ts";
import { exitCodeOf, FAILED, messageOf, WRONG_USE } from "../../src/terminal/exit_codes.ts";

Deno.test("a missing permission of Deno or the system is reported with the way out, not as an unexpected error", () => {
  const { NotCapable, PermissionDenied } = Deno.errors;
  const asked = 'Requires read access to "/x", run again with the --allow-read flag';
  for (
    const [error, message] of [
      [
        new NotCapable(asked),
        '(Requires read access to "/x"): add --allow-read PATH if you want it read, or call deno run -A src/main.ts',
      ],
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

Deno.test("an interrupted program ends with the code of the signal", () => {
  const codes = ([undefined, "SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
    exitCodeOf(new Interrupted("interrupted"), signal)
  );
  assertEquals(codes, [130, 130, 143, 129]);
});
