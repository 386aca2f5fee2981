/** The largest length of a label of a domain's name (RFC 1123). */
const MOST = 63;

/**
 * A text as a label of a domain's name, which names things in Kubernetes: of lower-case letters, digits and hyphens, a letter first.
 *
 * @param text starts with a letter from a to z
 * @param hash digits that it ends with, so that texts which are cut or have other characters stay different
 * @param room the number of characters to leave for what is put after it
 */
export function dnsLabel(text: string, hash: string, room: number): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const short = plain.slice(0, MOST - room - hash.length - 1).replace(/-+$/, "");
  return `${short}-${hash}`;
}
