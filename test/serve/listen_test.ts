import type { IncomingMessage, ServerResponse } from "node:http";
import { assertRejects } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { listen } from "../../src/serve/listen.ts";

const ANSWER = (_: IncomingMessage, response: ServerResponse) => {
  response.end("here");
  return Promise.resolve();
};

/** Tries to listen, which is expected to fail. */
function refused(hostname: string, port: number, message: string): Promise<Error> {
  const options = { hostname, port, signal: AbortSignal.timeout(5000), onListen: () => {} };
  return assertRejects(() => listen(options, ANSWER), InputError, message);
}

Deno.test("a port in use is named, with the way to choose another", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await refused("127.0.0.1", port, `port ${port} of 127.0.0.1 is in use: choose another with --port`);
});

Deno.test({
  name: "a host that there is no permission for is named, with the command to use instead",
  permissions: { net: ["127.0.0.1"] },
  fn: async () => {
    await refused(
      "0.0.0.0",
      0,
      "no permission to listen at 0.0.0.0: start it by its command (deno task …), or call deno run -A",
    );
  },
});

Deno.test("a host that is not this computer's is named", async () => {
  await refused("192.0.2.1", 0, "cannot listen on 192.0.2.1, port 0");
});
