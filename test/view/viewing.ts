import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { serveView } from "../../src/view/view_server.ts";

/** What was asked to become a baseline, and what failed, while a folder is viewed. */
export interface Viewing {
  readonly url: string;
  readonly baselines: string[];
  readonly removed: string[];
  readonly errors: unknown[];
}

/** Serves the page over a folder's `results` while the test goes on. @param port any free one, if none is given */
export async function viewing(
  folder: string,
  test: (viewing: Viewing) => Promise<void>,
  port = 0,
): Promise<void> {
  const ending = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const [baselines, removed, errors]: [string[], string[], unknown[]] = [[], [], []];
  const served = serveView({
    folder: join(folder, "results"),
    baselines: join(folder, "baselines"),
    setBaseline: (run) => {
      if (run.includes("seed=0")) throw new InputError("it is not complete");
      baselines.push(run);
      return Promise.resolve();
    },
    removeBaseline: (run, name) => {
      removed.push(`${name} of ${run}`);
      return Promise.resolve();
    },
  }, {
    hostname: "127.0.0.1",
    port,
    signal: ending.signal,
    onError: (error) => errors.push(error),
    onListen: resolve,
  }).catch(reject);
  try {
    await test({ url: await promise, baselines, removed, errors });
  } finally {
    ending.abort();
    await served;
  }
}
