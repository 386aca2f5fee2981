/** FNV-1a, 32 bits unsigned (http://www.isthe.com/chongo/tech/comp/fnv/): similar texts get very different hashes. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
