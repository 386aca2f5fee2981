import { UNLIMITED } from "../base/called_as.ts";
import { keepsSecret } from "./environment.ts";
import { HubError } from "./hub_error.ts";
import type { HubSettings } from "./settings.ts";
import { thrownMessage } from "../base/errors.ts";
import { fetchUnstalled } from "../base/unstalled.ts";

/** The number of attempts for a request that fails for temporary reasons. */
const TRIES = 5;

/** The status codes of a server that is overloaded or starting. */
const PASSING = new Set([429, 500, 502, 503, 504]);

/** The longest wait for a server, in seconds. */
const LONGEST = 60;

/**
 * A `fetch` that retries where a server is overloaded or cannot be reached, after the time that it names (`Retry-After`,
 * RFC 9110 §10.2.3), else after 1, 2, 4 … seconds.
 *
 * An access token goes to the endpoint alone, where it is secret on its way: a listing may name addresses of other hosts, and `fetch`
 * itself sends none to the host that a redirect names.
 *
 * @param settings the hub's address, and the name and password for it, which are for requests without a token
 * @param log takes one line for each wait, with the reason
 * @throws {HubError} where the server cannot be reached
 */
export function fetchWithRetry(
  { endpoint, login }: Pick<HubSettings, "endpoint" | "login">,
  log: (line: string) => void,
): typeof fetch {
  return async (address, options) => {
    const [input, init] = withAccess(address, options, endpoint, login);
    for (let tries = 1;; tries++) {
      const { host } = new URL(input instanceof Request ? input.url : input);
      let pause = 2 ** (tries - 1);
      let reason: string;
      try {
        const response = await fetchUnstalled(input, init);
        if (!PASSING.has(response.status) || tries === TRIES) return response;
        pause = retryAfter(response) ?? pause;
        if (pause > LONGEST) return response;
        reason = `answers ${response.status}`;
        await response.body?.cancel();
      } catch (error) {
        if (error instanceof Deno.errors.NotCapable) throw notAllowed(host, error);
        const message = reasonOf(error);
        if (/redirect/i.test(message)) throw new HubError(misled(host, message), { cause: error });
        if (tries === TRIES) throw new HubError(unreachable(host, message), { cause: error });
        reason = `cannot be reached (${message})`;
      }
      log(`${host} ${reason}: retrying in ${Math.ceil(pause)} s`);
      await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    }
  };
}

/** A request with what it needs for the endpoint's access, and without it where it is another's, or a token not secret. */
function withAccess(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  endpoint: string,
  login: string | undefined,
): Parameters<typeof fetch> {
  const { origin } = new URL(input instanceof Request ? input.url : input);
  const isOwn = origin === new URL(endpoint).origin;
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
  if (!isOwn || !keepsSecret(origin)) headers.delete("authorization");
  if (isOwn && login !== undefined && !headers.has("authorization")) headers.set("authorization", login);
  return [input, { ...init, headers }];
}

/** Why a request has failed; Deno says it in the cause, after the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return thrownMessage(cause).replace(
    /^error sending request for url \(.*?\): (?:client error \(\w+\): )?/,
    "",
  );
}

function misled(host: string, reason: string): string {
  return `${host} redirects to what is no file of a hub (${reason}): check the proxy or mirror in between`;
}

function unreachable(host: string, reason: string): string {
  return `${host} cannot be reached (${reason}): check the network and the proxy (HTTPS_PROXY), set HF_ENDPOINT to a mirror, or HF_HUB_OFFLINE=1 to use only the cache`;
}

/** @param asked the host that was asked, which may have redirected to another */
function notAllowed(asked: string, cause: Error): HubError {
  const host = /net access to "([^"]+)"/.exec(cause.message)?.[1] ?? asked;
  return new HubError(
    `Deno may not reach ${host}${
      host === asked ? "" : `, to which ${asked} redirects`
    }: only the hosts of HF_ENDPOINT are allowed; set it to the one that is meant${UNLIMITED}`,
    { cause },
  );
}

/** In seconds: the header has these, or a date. */
function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
