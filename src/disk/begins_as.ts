/** Whether a file begins with some text: what it is, before it is replaced. */
export async function beginsAs(path: string, beginning: string): Promise<boolean> {
  using file = await Deno.open(path);
  const wanted = new TextEncoder().encode(beginning);
  const bytes = new Uint8Array(wanted.length);
  await file.read(bytes);
  return wanted.every((byte, i) => byte === bytes[i]);
}
