/**
 * The text of an answer, which a server may make as long as it likes.
 *
 * @param most its largest size, in bytes
 * @throws {Error} where it is larger; no more of it is read then
 */
export async function limitedText({ body }: Response, most: number): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > most) throw new Error(`its answer has more than ${most} bytes`);
    pieces.push(decoder.decode(bytes, { stream: true }));
  }
  return [...pieces, decoder.decode()].join("");
}
