import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { cacheFolder, endpoint, endpointLogin, isOffline, keepsSecret, tokenFile } from "./environment.ts";

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

/** Reads the environment. */
export async function hubSettings(): Promise<HubSettings> {
  const address = endpoint();
  return {
    endpoint: address,
    login: endpointLogin(),
    cache: cacheFolder(),
    token: keepsSecret(address) ? Deno.env.get("HF_TOKEN")?.trim() || await savedToken() : undefined,
    offline: isOffline(),
  };
}

async function savedToken(): Promise<string | undefined> {
  return (await readTextLimited(tokenFile(), SHORT_LIMIT).catch(() => "")).trim() || undefined;
}
