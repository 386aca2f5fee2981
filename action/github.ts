import { InputError, thrownMessage } from "../src/base/errors.ts";
import { isObject, type JsonObject } from "../src/base/json_object.ts";
import { fetchUnstalled } from "../src/base/unstalled.ts";
import { type Environment, variable } from "./environment.ts";

/** The number of items on a page of a list, which is the largest that GitHub gives. */
const PAGE = 100;

/** The status codes by which GitHub refuses what a token may not do: what it may not know of is not there. */
const FORBIDDEN = 403;
const NOT_FOUND = 404;

/** The status code of a limit on requests, for which GitHub also uses that of what is forbidden. */
const TOO_MANY = 429;

/** That the token may not do something. */
export class NotPermitted extends Error {
  override readonly name = "NotPermitted";

  constructor(message: string, readonly status: number) {
    super(message);
  }
}

/** Whether a token may do something, but not now (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api). */
function isRateLimit({ status, headers }: Response): boolean {
  const isSpent = headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0";
  return status === TOO_MANY || status === FORBIDDEN && isSpent;
}

/** The REST API of GitHub, for one repository (https://docs.github.com/en/rest). */
export class GitHub {
  private readonly address: string;
  private readonly token: string;

  constructor(environment: Environment) {
    const api = environment.GITHUB_API_URL ?? "https://api.github.com";
    this.address = `${api}/repos/${variable(environment, "GITHUB_REPOSITORY")}`;
    this.token = variable(environment, "SOFTPROMPT_TOKEN");
  }

  /** All items of a list, page by page. */
  async list(path: string): Promise<JsonObject[]> {
    const items: JsonObject[] = [];
    for (let page = 1;; page++) {
      const response = await this.ask("GET", `${path}?per_page=${PAGE}&page=${page}`);
      const found: unknown = await response.json().catch(() => undefined);
      if (!Array.isArray(found)) {
        throw new InputError(`GitHub's answer to ${path} is no list: run the job again`);
      }
      items.push(...found.filter(isObject));
      if (found.length < PAGE) return items;
    }
  }

  /** A file at a commit; `undefined` where there is none. */
  async file(path: string, commit: string): Promise<Uint8Array | undefined> {
    const place = path.split("/").map(encodeURIComponent).join("/");
    try {
      const asked = `contents/${place}?ref=${encodeURIComponent(commit)}`;
      const response = await this.ask("GET", asked, undefined, "application/vnd.github.raw+json");
      return await response.bytes();
    } catch (error) {
      if (error instanceof NotPermitted && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** @throws {NotPermitted} where the token may not do that */
  async send(method: "POST" | "PATCH", path: string, body: JsonObject): Promise<void> {
    const response = await this.ask(method, path, body);
    await response.body?.cancel();
  }

  private async ask(
    method: string,
    path: string,
    body?: JsonObject,
    accept = "application/vnd.github+json",
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetchUnstalled(`${this.address}/${path}`, {
        method,
        redirect: "error",
        headers: {
          accept,
          authorization: `Bearer ${this.token}`,
          "x-github-api-version": "2022-11-28",
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new InputError(`GitHub cannot be reached (${thrownMessage(error)}): run the job again`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    await response.body?.cancel();
    if (isRateLimit(response)) {
      throw new InputError("GitHub's rate limit is reached: run the job again later");
    }
    const [asked] = path.split("?");
    const { status } = response;
    const message = `GitHub answers ${method} ${asked} with ${status}`;
    throw status === FORBIDDEN || status === NOT_FOUND
      ? new NotPermitted(message, status)
      : new InputError(`${message}: run the job again`);
  }
}
