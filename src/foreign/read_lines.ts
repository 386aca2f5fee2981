import { TextLineStream } from "@std/streams/text-line-stream";
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { LineDecoder, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { LineLimit } from "../disk/line_limit.ts";
import { checkFile, LINES_LIMIT } from "../disk/read_limited.ts";
import { parsePythonJson } from "./json_values.ts";

/** An object of a file of JSON lines, and the number of its line, from 1. */
export interface Line {
  readonly value: JsonObject;
  readonly number: number;
}

/**
 * The objects of a file of JSON lines, which is read piece by piece: it may exceed the maximum length of a string.
 *
 * @throws {InputError} with file and line, where one is no JSON object or no UTF-8
 */
export async function* readJsonLines(file: string): AsyncGenerator<Line> {
  await checkFile(file, LINES_LIMIT);
  const opened = await Deno.open(file);
  const decoder = new LineDecoder(file, SAVE_AS_UTF8);
  const asText = new TransformStream<Uint8Array, string>({
    transform(bytes, controller) {
      for (const piece of decoder.lines(bytes)) controller.enqueue(piece);
    },
    flush(controller) {
      for (const piece of decoder.end()) controller.enqueue(piece);
    },
  });
  const byLine: TransformStream<string, string> = new TextLineStream();
  const lines = opened.readable.pipeThrough(asText).pipeThrough(new LineLimit(file)).pipeThrough(byLine);
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = parsePythonJson(line);
    } catch (error) {
      throw new InputError(
        message`${file}:${number}: this line is not JSON: ${
          ofFile(thrownMessage(error))
        }: write the file again`,
        { cause: error },
      );
    }
    if (!isObject(value)) {
      throw new InputError(`${file}:${number}: this line is no JSON object: write the file again`);
    }
    yield { value, number };
  }
}
