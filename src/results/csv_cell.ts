/**
 * A value as a cell. A text that a spreadsheet would read as a formula begins with an apostrophe, which spreadsheets hide
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "object") return JSON.stringify(value);
  const text = String(value);
  return typeof value === "string" && /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
