import { encodeBase64 } from "@std/encoding/base64";
import { InputError } from "../base/errors.ts";
import { keepsSecret } from "../hub/environment.ts";

/** The variables that MLflow's own client reads, too. */
export const MLFLOW_VARIABLES = [
  "MLFLOW_TRACKING_URI",
  "MLFLOW_TRACKING_TOKEN",
  "MLFLOW_TRACKING_USERNAME",
  "MLFLOW_TRACKING_PASSWORD",
] as const;

/** Reads a variable; `undefined` where it is not set. */
export type ReadVariable = (name: typeof MLFLOW_VARIABLES[number]) => string | undefined;

/** Where an MLflow server is, and what it is shown. */
export interface MlflowServer {
  /** Its address, without a slash at its end, a name and a password. */
  readonly address: string;
  /** Its host, with its port. */
  readonly host: string;
  /** The `Authorization` header, if there is one. */
  readonly authorization?: string;
}

/**
 * The server that the environment names.
 *
 * @throws {InputError} where it names none, one that has no REST API, or a secret would not stay one on its way
 * @see https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/
 */
export function mlflowServer(read: ReadVariable): MlflowServer {
  const url = mlflowAddress(read);
  const authorization = authorizationOf(read, decoded(url.username), decoded(url.password));
  url.username = "";
  url.password = "";
  const address = url.href.replace(/\/+$/, "");
  if (authorization !== undefined && !keepsSecret(address)) {
    throw new InputError(
      `the token or the password for MLflow would go to ${url.host} for everybody on the way to read: give MLFLOW_TRACKING_URI an address with https`,
    );
  }
  return { address, host: url.host, ...(authorization !== undefined && { authorization }) };
}

/** The host of the server that the environment names, with its port, which the launcher grants. @throws {InputError} as above */
export function mlflowHost(read: (name: "MLFLOW_TRACKING_URI") => string | undefined): string {
  const { hostname, port, protocol } = mlflowAddress(read);
  return `${hostname}:${port === "" ? protocol === "https:" ? 443 : 80 : port}`;
}

function mlflowAddress(read: (name: "MLFLOW_TRACKING_URI") => string | undefined): URL {
  const given = read("MLFLOW_TRACKING_URI") ?? "";
  const url = URL.parse(given);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new InputError(
    given === ""
      ? "--report-to mlflow: MLFLOW_TRACKING_URI is not set: set it to the address of an MLflow server, such as http://localhost:5000"
      : "--report-to mlflow: MLFLOW_TRACKING_URI is no address of a server: folders, databases and Databricks are not written to; start 'mlflow server' and name its address, such as http://localhost:5000",
  );
}

/** A name or a password out of an address. @throws {InputError} without it, where a `%` in it begins no character */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new InputError(
      "--report-to mlflow: in MLFLOW_TRACKING_URI, the name or the password has a % that begins no character: write %25 for it",
      { cause: error },
    );
  }
}

function authorizationOf(read: ReadVariable, name: string, word: string): string | undefined {
  const token = read("MLFLOW_TRACKING_TOKEN");
  const username = read("MLFLOW_TRACKING_USERNAME") ?? name;
  const password = read("MLFLOW_TRACKING_PASSWORD") ?? word;
  if (username !== "") return `Basic ${encodeBase64(`${username}:${password}`)}`;
  return token ? `Bearer ${token}` : undefined;
}
