/** Prints where the hub's own library has its cache, by the environment of this process. */
import { getHFHubCachePath } from "@huggingface/hub";

await Deno.stdout.write(new TextEncoder().encode(getHFHubCachePath()));
