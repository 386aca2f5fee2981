/**
 * The worker of `batch --jobs N`: it executes the runs that it is sent, one after the other.
 *
 * @module
 */
import { reportUnawaited } from "../base/unawaited.ts";
import { logDownloads } from "../hub/log_downloads.ts";
import { Interrupted } from "../training/training_error.ts";
import { ResourceCache } from "../run/resource_cache.ts";
import { runGroup } from "./run_group.ts";
import { type FromWorker, sendingReporter, type ToWorker } from "./worker_messages.ts";

/** A worker's channel to the thread that started it. */
interface Line {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const line = self as unknown as Line;
const interrupt = new AbortController();
let resources: ResourceCache | undefined;
let log: (line: string) => void = () => {};

reportUnawaited((line) => log(line));

line.onmessage = async ({ data }) => {
  if (data.kind === "interrupt") return interrupt.abort(new Interrupted("interrupted"));
  const { runs, policy, threads, workers } = data;
  const reporters = runs.map((_, run) => sendingReporter((event) => line.postMessage({ run, ...event })));
  log = reporters[0]!.log;
  resources ??= new ResourceCache({
    reporter: logDownloads(log),
    threads,
    workers,
    keepsSessions: true,
  });
  const outcomes = await runGroup(runs, { policy, resources, signal: interrupt.signal }, reporters);
  line.postMessage({ kind: "outcomes", outcomes });
};
