/** A host and its port, as a Host header has them (RFC 9110, section 7.2): a name or an address, IPv6 in brackets. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/** Against DNS rebinding, only localhost, plain addresses and the server's own name are accepted as the host. */
export function isOwnHost(host: string, own: string): boolean {
  const named = HOST.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined;
  if (named === undefined) return false;
  const isAddress = /^\d+(?:\.\d+){3}$/.test(named) || named.startsWith("[");
  return isAddress || [own.toLowerCase(), "localhost"].includes(named);
}
