import { CHAINED } from "./pages.ts";
import { performPages } from "./perform_pages.ts";

Deno.test("every command and program of the pages that build on each other does what it should", (t) =>
  performPages(t, CHAINED));
