/**
 * What the environment says of the hub, by the variables that Hugging Face's own tools use:
 * https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 *
 * @module
 */
import { homedir } from "node:os";
import { encodeBase64 } from "@std/encoding/base64";
import { join } from "@std/path";
import { InputError } from "../base/errors.ts";

/** The variables that are read. */
export const HUB_VARIABLES = [
  "HF_ENDPOINT",
  "HF_HOME",
  "HF_HUB_CACHE",
  "HF_HUB_OFFLINE",
  "HF_TOKEN",
  "HF_TOKEN_PATH",
  "HUGGINGFACE_HUB_CACHE",
  "XDG_CACHE_HOME",
] as const;

/** Reads a variable; `undefined` where it is not set. */
export type ReadVariable = (name: typeof HUB_VARIABLES[number]) => string | undefined;

/** The environment of this process. */
const ofProcess: ReadVariable = (name) => Deno.env.get(name);

/** The hub's public address, and the hosts that its files are on. */
const ENDPOINT = "https://huggingface.co";
const FILE_HOSTS = ["huggingface.co", "*.hf.co"];

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** The values that mean true, as huggingface_hub reads them. */
const YES = new Set(["1", "ON", "YES", "TRUE"]);

/**
 * `HF_ENDPOINT`, without a slash at its end, and without a user's name and password: these are in no message, as no other part of the
 * program has them.
 *
 * @throws {InputError} where it is no address of the web
 */
export function endpoint(read: ReadVariable = ofProcess): string {
  return address(read).href.replace(/\/+$/, "");
}

/** The `Authorization` header (RFC 7617) that a name and a password in `HF_ENDPOINT` ask for; `undefined` where it has none. */
export function endpointLogin(read: ReadVariable = ofProcess): string | undefined {
  const { username, password } = new URL(given(read));
  if (username === "" && password === "") return undefined;
  const pair = [username, password].map(decodeURIComponent).join(":");
  return `Basic ${encodeBase64(pair)}`;
}

function address(read: ReadVariable): URL {
  const found = URL.parse(given(read));
  if (found === null || !/^https?:$/.test(found.protocol)) {
    throw new InputError(
      `HF_ENDPOINT is '${
        given(read).replace(/^.*@/s, "…@")
      }', which is no address: write one such as ${ENDPOINT}`,
    );
  }
  found.username = "";
  found.password = "";
  return found;
}

function given(read: ReadVariable): string {
  return read("HF_ENDPOINT") || ENDPOINT;
}

/** `HF_HUB_OFFLINE`: only what is in the cache. */
export function isOffline(read: ReadVariable = ofProcess): boolean {
  return YES.has((read("HF_HUB_OFFLINE") ?? "").toUpperCase());
}

/** The folder of downloads: `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else `~/.cache/huggingface/hub`. */
export function cacheFolder(read: ReadVariable = ofProcess): string {
  return read("HF_HUB_CACHE") ?? read("HUGGINGFACE_HUB_CACHE") ?? join(home(read), "hub");
}

/** The file of the token that `hf auth login` stores. */
export function tokenFile(read: ReadVariable = ofProcess): string {
  return read("HF_TOKEN_PATH") ?? join(home(read), "token");
}

/**
 * The hosts that downloads come from, as Deno's network permission names them: the endpoint's own and those below it, and the public
 * hub's, to which mirrors redirect; where the endpoint is this computer, this computer alone, by each of its names.
 */
export function hubHosts(read: ReadVariable = ofProcess): string[] {
  const { host, hostname, port } = new URL(endpoint(read));
  return isLoopback(hostname)
    ? [hostname, ...LOOPBACK].map((name) => port === "" ? name : `${name}:${port}`)
    : [host, `*.${hostname}`, ...FILE_HOSTS];
}

/** Whether an address keeps a token secret on its way: by https, or because it does not leave this computer. */
export function keepsSecret(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return LOOPBACK.includes(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function home(read: ReadVariable): string {
  return read("HF_HOME") ??
    join(read("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");
}
