import { SEPARATE } from "./pages.ts";
import { performPages } from "./perform_pages.ts";

Deno.test("every command and program of the pages that stand by themselves does what it should", (t) =>
  performPages(t, SEPARATE));
