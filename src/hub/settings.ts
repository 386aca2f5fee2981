import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import {
  cacheFolder,
  endpoint,
  endpointLogin,
  isOffline,
  keepsSecret,
  type ReadVariable,
  tokenFile,
} from "./environment.ts";

/** The settings for the hub, from the environment variables that Hugging Face's own tools use. */
export interface HubSettings {
  /** `HF_ENDPOINT`, without a slash at its end, a name or a password. */
  readonly endpoint: string;
  /** The `Authorization` header that a name and a password in `HF_ENDPOINT` ask for. */
  readonly login?: string | undefined;
  /** `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else `~/.cache/huggingface/hub`. */
  readonly cache: string;
  /** `HF_TOKEN`, else the token that `hf auth login` stored in `HF_HOME`; `undefined` where the endpoint would not keep it secret. */
  readonly token: string | undefined;
  /** `HF_HUB_OFFLINE`: only what is in the cache. */
  readonly offline: boolean;
}

/** Reads the environment. @param read of a variable, by default of this process */
export async function hubSettings(
  read: ReadVariable = (name) => Deno.env.get(name),
): Promise<HubSettings> {
  const address = endpoint(read);
  return {
    endpoint: address,
    login: endpointLogin(read),
    cache: cacheFolder(read),
    token: keepsSecret(address) ? read("HF_TOKEN")?.trim() || await savedToken(read) : undefined,
    offline: isOffline(read),
  };
}

async function savedToken(read: ReadVariable): Promise<string | undefined> {
  return (await readTextLimited(tokenFile(read), SHORT_LIMIT).catch(() => "")).trim() || undefined;
}
