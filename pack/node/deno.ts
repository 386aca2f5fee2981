/**
 * What the modules for programs need of Deno's API, by Node's: in the package they import this module as `Deno`, and one that uses
 * something that is not in it cannot be packed. Errors are Node's own, recognized by their codes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs/promises";
import { type Dirent, readFileSync, type Stats, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { open, openSync } from "./fs_file.ts";

/** A class that has all errors of a code. */
function withCode(code: string, name: string): new (message?: string) => Error {
  return class extends Error {
    readonly code = code;
    override readonly name = name;

    static override [Symbol.hasInstance](error: unknown): boolean {
      return error instanceof Object && "code" in error && error.code === code;
    }
  };
}

const errors = {
  NotFound: withCode("ENOENT", "NotFound"),
  NotADirectory: withCode("ENOTDIR", "NotADirectory"),
  IsADirectory: withCode("EISDIR", "IsADirectory"),
  AlreadyExists: withCode("EEXIST", "AlreadyExists"),
  PermissionDenied: withCode("EACCES", "PermissionDenied"),
  FilesystemLoop: withCode("ELOOP", "FilesystemLoop"),
  UnexpectedEof: withCode("UNEXPECTED_EOF", "UnexpectedEof"),
  // Node's permissions end in this code.
  NotCapable: withCode("ERR_ACCESS_DENIED", "NotCapable"),
};

const kinds = (entry: Stats | Dirent) => ({
  isFile: entry.isFile(),
  isDirectory: entry.isDirectory(),
  isSymlink: entry.isSymbolicLink(),
});

/** Node's dates are no properties of the object itself. */
const infoOf = (stats: Stats) => ({ ...stats, mtime: stats.mtime, ...kinds(stats) });

const stat = async (path: string) => infoOf(await fs.stat(path));
const lstat = async (path: string) => infoOf(await fs.lstat(path));

async function* readDir(path: string) {
  for await (const entry of await fs.opendir(path)) yield { name: entry.name, ...kinds(entry) };
}

const readTextFile = (path: string | URL) => fs.readFile(path, "utf8");
const readTextFileSync = (path: string) => readFileSync(path, "utf8");

/** A view of its own, and not Node's `Buffer`, whose slices share their memory. */
const readFile = async (path: string) => {
  const { buffer, byteOffset, byteLength } = Buffer.from(await fs.readFile(path));
  return new Uint8Array(buffer, byteOffset, byteLength);
};

const writeFile = (path: string, bytes: Uint8Array, { append = false } = {}) =>
  fs.writeFile(path, bytes, { flag: append ? "a" : "w" });

const writeTextFile = (path: string, text: string) => fs.writeFile(path, text);

const remove = (path: string, { recursive = false } = {}) =>
  recursive ? fs.rm(path, { recursive }) : fs.unlink(path);

/** Of more than one folder the first that was made is returned by Node. */
const mkdir = async (path: string, options?: { readonly recursive?: boolean }) => {
  await fs.mkdir(path, options);
};

const cwd = () => process.cwd();
const { pid } = process;
const env = { get: (name: string) => process.env[name] };
const build = { os: process.platform === "win32" ? "windows" : process.platform };
const permissions = { query: () => Promise.resolve({ state: "granted" }) };
const SeekMode = { Start: 0 };
const { copyFile, realpath, rename, symlink } = fs;

export {
  build,
  copyFile,
  cwd,
  env,
  errors,
  hostname,
  lstat,
  mkdir,
  open,
  openSync,
  permissions,
  pid,
  readDir,
  readFile,
  readTextFile,
  readTextFileSync,
  realpath as realPath,
  remove,
  rename,
  SeekMode,
  stat,
  symlink,
  unlinkSync as removeSync,
  writeFile,
  writeTextFile,
};
