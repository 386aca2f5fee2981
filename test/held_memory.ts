/** The bytes that the objects of this thread hold. What the process holds is that of all files that are tested beside this one, too. */
export function heldMemory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
