import { assertEquals } from "@std/assert";
import { TimeDebt } from "../../src/device/time_debt.ts";

/** After how many calls of a time it is too much; `undefined` where it never is. */
function endsAfter(debt: TimeDebt, time: number, limit: number): number | undefined {
  const at = Array.from({ length: 1000 }, () => debt.isTooMuch(time, limit)).indexOf(true);
  return at < 0 ? undefined : at + 1;
}

Deno.test("what is slower is noticed after a second that was lost, what is as fast or faster never is", () => {
  assertEquals(endsAfter(new TimeDebt(), 30, 20), 101);
  assertEquals(endsAfter(new TimeDebt(), 5000, 20), 1);
  assertEquals(endsAfter(new TimeDebt(), 20, 20), undefined);
  assertEquals(endsAfter(new TimeDebt(), 1, 20), undefined);
});

Deno.test("what becomes slow is noticed as soon as what was slow from the beginning, and a pause does not count", () => {
  const debt = new TimeDebt();
  assertEquals(endsAfter(debt, 1, 20), undefined);
  assertEquals(debt.isTooMuch(900, 20), false);
  assertEquals(endsAfter(debt, 1, 20), undefined);
  assertEquals(endsAfter(debt, 30, 20), 101);
});
