import { getHFHubCachePath } from "@huggingface/hub";
import { homedir } from "node:os";
import { join } from "@std/path";

/** The settings for the hub, from the environment variables that Hugging Face's own tools use. */
export interface HubSettings {
  /** `HF_ENDPOINT`, without a slash at its end. */
  readonly endpoint: string;
  /** `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else `~/.cache/huggingface/hub`. */
  readonly cache: string;
  /** `HF_TOKEN`, else the token that `hf auth login` stored in `HF_HOME`. */
  readonly token: string | undefined;
  /** `HF_HUB_OFFLINE`: only what is in the cache. */
  readonly offline: boolean;
}

/** The hub's public address. */
const ENDPOINT = "https://huggingface.co";

/** The values of an environment variable that mean true, as huggingface_hub reads it. */
const YES = new Set(["1", "ON", "YES", "TRUE"]);

/** Reads the environment: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables */
export async function hubSettings(): Promise<HubSettings> {
  return {
    endpoint: (Deno.env.get("HF_ENDPOINT") || ENDPOINT).replace(/\/+$/, ""),
    cache: getHFHubCachePath(),
    token: Deno.env.get("HF_TOKEN")?.trim() || await savedToken(),
    offline: YES.has((Deno.env.get("HF_HUB_OFFLINE") ?? "").toUpperCase()),
  };
}

async function savedToken(): Promise<string | undefined> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache");
  const home = Deno.env.get("HF_HOME") ?? join(cache, "huggingface");
  const path = Deno.env.get("HF_TOKEN_PATH") ?? join(home, "token");
  return (await Deno.readTextFile(path).catch(() => "")).trim() || undefined;
}
