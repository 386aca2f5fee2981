import { HubApiError } from "@huggingface/hub";
import { InputError, thrownMessage } from "../base/errors.ts";
import type { RepositoryName } from "./cache.ts";
import { keepsSecret } from "./environment.ts";
import { HubError } from "./hub_error.ts";
import type { HubSettings } from "./settings.ts";

/** The hub's answer as an error that names the way out. */
export function hubError(
  error: unknown,
  { type, name }: RepositoryName,
  revision: string,
  { endpoint, token }: HubSettings,
): Error {
  if (error instanceof InputError) return error;
  const what = `the ${type} '${name}'`;
  if (error instanceof HubError) {
    return new HubError(`${what} cannot be downloaded: ${error.message}`, { cause: error });
  }
  const at = `revision '${revision}'`;
  if (!(error instanceof HubApiError)) {
    return error instanceof Error && error.message.includes("must start with 'hf_'")
      ? new InputError("HF_TOKEN is not an access token for the hub: these begin with 'hf_'", {
        cause: error,
      })
      : new HubError(`${endpoint}: ${thrownMessage(error)}`, { cause: error });
  }
  switch (error.statusCode) {
    case 401:
    case 403:
      return new InputError(
        `${endpoint} does not let ${
          token === undefined ? "anonymous users" : "this HF_TOKEN"
        } read ${what}: ${
          token === undefined
            ? `set HF_TOKEN to an access token, if it is private or gated; else check its name${
              keepsSecret(endpoint) ? "" : " (a token is sent by https only, and this endpoint is not)"
            }`
            : `ask for access on ${endpoint}/${
              type === "dataset" ? "datasets/" : ""
            }${name}, or use another token`
        }`,
        { cause: error },
      );
    case 404:
      return new InputError(`there is no ${at} of ${what} at ${endpoint}: check its name`, { cause: error });
    case 429:
      return new HubError(
        `${endpoint} asks to wait too long (429, too many requests): try again later${
          token === undefined ? ", or set HF_TOKEN, which raises the limit" : ""
        }`,
        { cause: error },
      );
    default:
      return new HubError(`${endpoint} answers ${error.statusCode} for ${what}: ${error.message}`, {
        cause: error,
      });
  }
}
