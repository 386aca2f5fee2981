import { assertEquals } from "@std/assert";
import { cleanLikeTextcnn } from "../../src/dataset/clean.ts";

Deno.test("the TextCNN preprocessing deletes punctuation and digits, and keeps ! and ?", () => {
  assertEquals(cleanLikeTextcnn("it's \" not -- ever -- dull . ( 100% fun ! )"), "its not ever dull fun !");
  assertEquals(cleanLikeTextcnn("a well-made , <b>want</b> film ?"), "a well made want film ?");
});
