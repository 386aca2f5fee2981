/** FNV-1a, 32 bits without a sign (http://www.isthe.com/chongo/tech/comp/fnv/): spreads texts that differ by little far apart. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
