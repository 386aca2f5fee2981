import { assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../src/hub/hub_error.ts";
import { fetchWithRetry } from "../../src/hub/fetch_with_retry.ts";

const TOKEN = { authorization: "Bearer hf_secret" };

/** The tokens that a server on loopback is sent while the test runs. */
async function sentTokens(
  answer: (url: URL) => Response,
  test: (address: URL) => Promise<void>,
): Promise<(string | null)[]> {
  const seen: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    seen.push(request.headers.get("authorization"));
    return answer(new URL(request.url));
  });
  try {
    await test(new URL(`http://127.0.0.1:${server.addr.port}/`));
  } finally {
    await server.shutdown();
  }
  return seen;
}

const get = async (endpoint: string, address: URL | Request | string, init?: RequestInit) => {
  const response = await fetchWithRetry({ endpoint, login: undefined }, () => {})(address, init);
  await response.body?.cancel();
};

Deno.test("the endpoint is sent the token, another origin is not, by a request of either form", async () => {
  const seen = await sentTokens(() => new Response("x"), async (address) => {
    await get(address.href, address, { headers: TOKEN });
    await get("https://huggingface.co", address, { headers: TOKEN });
    await get("https://huggingface.co", new Request(address, { headers: TOKEN }));
    await get("http://localhost", new Request(address), { headers: TOKEN });
  });
  assertEquals(seen, [TOKEN.authorization, null, null, null]);
});

Deno.test("a redirect to another host does not take the token along", async () => {
  const answer = ({ pathname, port }: URL) =>
    pathname === "/"
      ? new Response(null, { status: 302, headers: { location: `http://localhost:${port}/elsewhere` } })
      : new Response("x");
  const seen = await sentTokens(answer, (address) => get(address.href, address, { headers: TOKEN }));
  assertEquals(seen, [TOKEN.authorization, null]);
});

Deno.test("a name and a password in the endpoint's address go to the endpoint alone, and a token before them", async () => {
  const login = "Basic dXNlcjpwYXNz";
  const seen = await sentTokens(() => new Response("x"), async (address) => {
    const ask = async (endpoint: string, init?: RequestInit) => {
      await (await fetchWithRetry({ endpoint, login }, () => {})(address, init)).body?.cancel();
    };
    await ask(address.href);
    await ask(address.href, { headers: TOKEN });
    await ask("https://huggingface.co");
  });
  assertEquals(seen, [login, TOKEN.authorization, null]);
});

Deno.test("redirects in a circle, and to what is no address of the web, are errors at once", async () => {
  for (const location of ["/", "file:///etc/passwd", "data:,x"]) {
    const seen = await sentTokens(
      () => new Response(null, { status: 302, headers: { location } }),
      async (address) => {
        await assertRejects(
          () => get(address.href, address),
          HubError,
          `${address.host} redirects to what is`,
        );
      },
    );
    assertEquals(seen.length, location === "/" ? 21 : 1, location);
  }
});

Deno.test({
  name: "a redirect to a host that Deno may not reach is refused, and names it",
  permissions: { net: ["127.0.0.1"] },
  fn: async () => {
    const seen = await sentTokens(
      ({ port }) => new Response(null, { status: 302, headers: { location: `http://localhost:${port}/` } }),
      async (address) => {
        const named = `Deno may not reach localhost:${address.port}, to which ${address.host} redirects`;
        await assertRejects(() => get(address.href, address), HubError, named);
      },
    );
    assertEquals(seen.length, 1);
  },
});
