import { TextLineStream } from "@std/streams/text-line-stream";
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
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
 * @throws {InputError} with file and line, where one is no JSON object
 */
export async function* readJsonLines(file: string): AsyncGenerator<Line> {
  await checkFile(file, LINES_LIMIT);
  const opened = await Deno.open(file);
  const asText: TransformStream<BufferSource, string> = new TextDecoderStream("utf-8", { fatal: true });
  const byLine: TransformStream<string, string> = new TextLineStream();
  const lines = opened.readable.pipeThrough(asText).pipeThrough(new LineLimit()).pipeThrough(byLine);
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
