/** Whether only this computer reaches what listens at a host: 127.0.0.0/8, ::1, and localhost (RFC 6761). */
export function isLoopback(host: string): boolean {
  const name = URL.parse(`http://${host.includes(":") ? `[${host}]` : host}`)?.hostname ?? host;
  return /^127(?:\.\d+){3}$/.test(name) || name === "[::1]" || /(?:^|\.)localhost\.?$/.test(name);
}
