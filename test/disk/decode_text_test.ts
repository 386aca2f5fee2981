import { assertEquals, assertThrows } from "@std/assert";
import { decodeText, LineDecoder, SAVE_AS_UTF8 } from "../../src/disk/decode_text.ts";
import { InputError } from "../../src/base/errors.ts";

const bytes = new TextEncoder();

Deno.test("text comes in pieces as it does at once, wherever the bytes are cut", () => {
  const text = "好看\ncafé 😀\r\n\nend";
  const all = bytes.encode(text);
  for (let size = 1; size <= all.length; size++) {
    const decoder = new LineDecoder("x.txt", SAVE_AS_UTF8);
    const pieces: string[] = [];
    for (let at = 0; at < all.length; at += size) pieces.push(...decoder.lines(all.subarray(at, at + size)));
    pieces.push(...decoder.end());
    assertEquals(pieces.join(""), text);
  }
  assertEquals(decodeText(bytes.encode(`\ufeff${text}`), "x.txt", SAVE_AS_UTF8), text);
});

Deno.test("no byte is replaced: the line of the first that is wrong is named", () => {
  const wrong = (content: Uint8Array) => () => decodeText(content, "x.yaml", SAVE_AS_UTF8);
  const latin1 = Uint8Array.from("name: x\ntemplate: caf\xe9\n", (sign) => sign.charCodeAt(0));
  assertThrows(wrong(latin1), InputError, "x.yaml:2: its bytes are not utf-8: save it as UTF-8");
  const utf16 = new Uint8Array(Uint16Array.from("\ufeffname: x", (sign) => sign.charCodeAt(0)).buffer);
  assertThrows(wrong(utf16), InputError, "x.yaml is utf-16le, not utf-8, according to its byte order mark");
  assertThrows(wrong(utf16.subarray(2)), InputError, "x.yaml:1: it is utf-16le, not utf-8: save it as UTF-8");
  assertThrows(wrong(bytes.encode("好\n").subarray(0, 2)), InputError, "x.yaml:1: its bytes are not utf-8");
});
