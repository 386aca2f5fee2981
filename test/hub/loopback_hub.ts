import { createHash } from "node:crypto";

/** What goes wrong with a file on its way. */
export interface Fault {
  /** Of the file, or of `api` for the questions about the repository. */
  readonly path: string;
  /** The number of requests that are answered wrongly; later ones are answered correctly. */
  times: number;
  readonly answer:
    | { readonly status: number; readonly headers?: Record<string, string> }
    /** The connection breaks in the middle of the file. */
    | "cut"
    /** Other bytes of the same length arrive. */
    | "corrupt"
    /** The server gives the whole file where a part was asked for. */
    | "range ignored";
}

/** A repository as the hub has it. */
export interface HubContent {
  readonly type?: "model" | "dataset";
  readonly name: string;
  readonly commit: string;
  readonly branch?: string;
  readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer> | string>>;
  /** Whoever asks must have this token. */
  readonly token?: string;
}

/** A server on loopback that serves the hub's routes. */
export interface LoopbackHub {
  readonly url: string;
  /** Every request so far: method, path, range. */
  readonly requests: string[];
  readonly faults: Fault[];
}

const LOOPBACK = { hostname: "127.0.0.1", port: 0, onListen: () => {} };

/** The number of entries on a page of a listing. */
const PAGE = 3;

/** Serves repositories while the test goes on. */
export async function withHub(
  repositories: readonly HubContent[],
  test: (hub: LoopbackHub) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const faults: Fault[] = [];
  const server = Deno.serve(
    { ...LOOPBACK, onError: () => new Response(null, { status: 500 }) },
    (request) => {
      const { pathname } = new URL(request.url);
      requests.push([request.method, pathname, request.headers.get("range") ?? ""].join(" ").trim());
      return answer(request, repositories, faults);
    },
  );
  try {
    await test({ url: `http://127.0.0.1:${server.addr.port}`, requests, faults });
  } finally {
    await server.shutdown();
  }
}

function answer(request: Request, repositories: readonly HubContent[], faults: readonly Fault[]): Response {
  const url = new URL(request.url);
  const [, cdn] = /^\/cdn\/(\w+)$/.exec(url.pathname) ?? [];
  if (cdn !== undefined) {
    // A signed address of another host: it must not see the token.
    if (request.headers.has("authorization")) {
      return new Response("a token where none belongs", { status: 400 });
    }
    for (const { files } of repositories) {
      for (const [path, content] of Object.entries(files)) {
        if (sha256(bytesOf(content)) !== cdn) continue;
        return sent(request, bytesOf(content), faultFor(request, faults, path), { etag: `"${cdn}"` });
      }
    }
  }
  const [, api, id, question, revision, path] =
    /^(?:\/(api))?\/((?:(?:models|datasets)\/)?[\w.-]+\/[\w.-]+)\/(revision|tree|resolve)\/(refs\/convert\/parquet|[\w.-]+)(?:\/(.*))?$/
      .exec(
        decodeURIComponent(url.pathname),
      ) ?? [];
  const repository = repositories.find(({ type = "model", name }) =>
    id === (api ? `${type}s/${name}` : type === "model" ? name : `datasets/${name}`)
  );
  const error = (status: number, code: string, message: string) =>
    Response.json({ error: message }, { status, headers: { "x-error-code": code } });
  if (repository === undefined) return error(401, "RepoNotFound", "Invalid username or password.");
  const { token, commit, branch = "main", files } = repository;
  if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) {
    return error(401, "GatedRepo", "Access to this repository is restricted.");
  }
  if (revision !== branch && revision !== commit) return error(404, "RevisionNotFound", "Invalid rev id");
  const fault = api ? faultFor(request, faults, "api") : undefined;
  if (typeof fault === "object") return new Response("wait", fault);
  if (question === "revision") return Response.json({ _id: "1", id: repository.name, sha: commit });
  if (question === "tree") return listing(url, files);
  const content = files[path!];
  if (content === undefined) return error(404, "EntryNotFound", "Entry not found");
  const bytes = bytesOf(content);
  const headers = { "x-repo-commit": commit, etag: `"${gitHash(bytes)}"` };
  if (!isLarge(path!)) return sent(request, bytes, faultFor(request, faults, path!), headers);
  if (path!.endsWith("_data") && request.headers.get("accept")?.includes("xet-fileinfo")) {
    // What the hub offers to clients that can fetch a file in chunks.
    return new Response("{}", {
      headers: {
        ...headers,
        "content-type": "application/vnd.xet-fileinfo+json",
        "x-linked-size": String(bytes.length),
        "x-xet-hash": "0".repeat(64),
        link: `<${url.origin}/xet-auth>; rel="xet-auth", <${url.origin}/xet>; rel="xet-reconstruction-info"`,
      },
    });
  }
  // A redirect to a host of its own, as large files are served.
  const { port } = url;
  return new Response(null, {
    status: 302,
    headers: {
      ...headers,
      location: `http://localhost:${port}/cdn/${sha256(bytes)}`,
      "x-linked-size": String(bytes.length),
      "x-linked-etag": `"${sha256(bytes)}"`,
    },
  });
}

/** A request for the first byte only finds out a file's size, and always succeeds. */
function faultFor(request: Request, faults: readonly Fault[], path: string): Fault["answer"] | undefined {
  if (request.headers.get("range") === "bytes=0-0") return undefined;
  const fault = faults.find((one) => one.path === path && one.times > 0);
  if (fault === undefined) return undefined;
  fault.times--;
  return fault.answer;
}

function listing(url: URL, files: HubContent["files"]): Response {
  const all = Object.entries(files).map(([path, content]) => {
    const bytes = bytesOf(content);
    const size = bytes.length;
    return {
      type: "file",
      path,
      size,
      oid: gitHash(bytes),
      ...(isLarge(path) && { lfs: { oid: sha256(bytes), size, pointerSize: 130 } }),
    };
  });
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const next = new URL(url);
  next.searchParams.set("cursor", String(from + PAGE));
  return Response.json(
    all.slice(from, from + PAGE),
    from + PAGE < all.length ? { headers: { link: `<${next}>; rel="next"` } } : {},
  );
}

/** A file's bytes, or the range that was asked for. */
function sent(
  request: Request,
  content: Uint8Array<ArrayBuffer>,
  fault: Fault["answer"] | undefined,
  extra: Record<string, string>,
): Response {
  if (typeof fault === "object") return new Response("wait", fault);
  const bytes = fault === "corrupt" ? content.map((byte) => byte ^ 1) : content;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
  const isPart = from !== undefined && fault !== "range ignored";
  const part = isPart ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
  const headers = {
    ...extra,
    "content-length": String(part.length),
    ...(isPart && { "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` }),
  };
  return new Response(fault === "cut" && part.length > 1 ? cut(part) : part, {
    status: isPart ? 206 : 200,
    headers,
  });
}

/** A body that breaks in its middle. */
function cut(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    async pull(controller) {
      if (!sent) {
        sent = true;
        controller.enqueue(bytes.slice(0, bytes.length >> 1));
        return;
      }
      // What was sent must be on its way before the connection ends.
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.error(new Error("cut"));
    },
  });
}

/** What the hub keeps apart from git. */
function isLarge(path: string): boolean {
  return /\.(onnx|onnx_data|parquet|bin)$/.test(path);
}

function bytesOf(content: Uint8Array<ArrayBuffer> | string): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function gitHash(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
