import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Interrupted } from "../../src/training/training_error.ts";
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

Deno.test("a path that leads to nothing is wrong use, and the error names it", async () => {
  for (
    const [path, what] of [
      ["deno.json/x", "deno.json/x cannot be used: Not a directory: check"],
      ["src", "Is a directory: check the paths that you name"],
      ["no/such/file", "no/such/file cannot be used: No such file or directory: check"],
    ] as const
  ) {
    const error = await Deno.readFile(path).catch((error) => error);
    assertEquals(exitCodeOf(error), WRONG_USE);
    assertStringIncludes(messageOf(error), what);
  }
});

Deno.test("an interrupted program ends with the code of the signal", () => {
  const codes = ([undefined, "SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) =>
    exitCodeOf(new Interrupted("interrupted"), signal)
  );
  assertEquals(codes, [130, 130, 143, 129]);
});
