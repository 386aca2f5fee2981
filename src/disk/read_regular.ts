import { checkRegular } from "./regular_file.ts";

/**
 * Reads a whole file.
 *
 * @throws {InputError} where it is a folder, a device or a pipe
 */
export async function readRegular(path: string): Promise<Uint8Array<ArrayBuffer>> {
  checkRegular(path, await Deno.stat(path));
  return await Deno.readFile(path);
}

/**
 * Reads a whole file as UTF-8.
 *
 * @throws {InputError} where it is a folder, a device or a pipe
 */
export async function readRegularText(path: string): Promise<string> {
  return new TextDecoder().decode(await readRegular(path));
}
