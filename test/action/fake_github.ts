/** A comment on the pull request. */
export interface KeptComment {
  readonly id: number;
  body: string;
  readonly user: { readonly type: "Bot" | "User" };
}

/** A server on loopback with a part of GitHub's REST API. */
export interface FakeGitHub {
  readonly url: string;
  /** The files that the pull request changes, and those of the base. */
  readonly changed: { readonly filename: string; readonly status: string }[];
  readonly base: Record<string, string>;
  readonly comments: KeptComment[];
  /** Method and path of each request. */
  readonly requests: string[];
  /** What every request is answered with instead. */
  instead: (() => Response) | undefined;
  /** Whether the token may only read. */
  onlyReads: boolean;
}

/** The repository, the pull request, its base and the token that is asked for. */
export const REPOSITORY = "owner/name";
export const NUMBER = 7;
export const BASE = "b".repeat(40);
export const TOKEN = "a-token";

/** Serves the API while the test goes on. */
export async function withGitHub(test: (github: FakeGitHub) => Promise<void>): Promise<void> {
  const kept = { changed: [], base: {}, comments: [], requests: [], onlyReads: false, instead: undefined };
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(options, (request) => answer(fake, request));
  const fake: FakeGitHub = { ...kept, url: `http://127.0.0.1:${server.addr.port}` };
  try {
    await test(fake);
  } finally {
    await server.shutdown();
  }
}

const refused = (status: number) => Response.json({ message: "as the test asks" }, { status });

async function answer(fake: FakeGitHub, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.replace(`/repos/${REPOSITORY}/`, "");
  const { method } = request;
  fake.requests.push(`${method} ${path}`);
  if (fake.instead !== undefined) return fake.instead();
  const body = method === "GET" ? {} : await request.json();
  if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) return refused(401);
  if (method !== "GET" && fake.onlyReads) return refused(403);
  const page = <Item>(all: readonly Item[]) => {
    const [size, number] = ["per_page", "page"].map((name) => Number(searchParams.get(name)));
    return Response.json(all.slice((number! - 1) * size!, number! * size!));
  };
  if (path === `pulls/${NUMBER}/files`) return page(fake.changed);
  if (path.startsWith("contents/")) {
    const content = fake.base[decodeURIComponent(path.slice("contents/".length))];
    return content === undefined || searchParams.get("ref") !== BASE ? refused(404) : new Response(content);
  }
  if (path === `issues/${NUMBER}/comments`) {
    if (method === "GET") return page(fake.comments);
    fake.comments.push({ id: fake.comments.length + 1, body: body.body, user: { type: "Bot" } });
    return Response.json({}, { status: 201 });
  }
  const comment = fake.comments.find(({ id }) => path === `issues/comments/${id}`);
  if (method !== "PATCH" || comment === undefined) return refused(404);
  comment.body = body.body;
  return Response.json({});
}
