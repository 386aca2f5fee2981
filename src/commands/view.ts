import { counted } from "../base/counted.ts";
import { terminalMessage } from "../base/errors.ts";
import { MAIN_BASELINE } from "../results/baseline_place.ts";
import { checkFolder } from "../results/check_folder.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { exportView } from "../view/export_view.ts";
import { serveView } from "../view/view_server.ts";
import { removeBaseline, setBaseline } from "./baseline.ts";

/** The flags of `view`. */
export interface ViewFlags {
  readonly port: number;
  /** The folder that the page is written into, instead of serving it. */
  readonly export?: string;
  /** The folder of baselines. */
  readonly baselines: string;
}

/** This computer alone: what the page shows and writes needs no password. */
const HOST = "127.0.0.1";

/**
 * `softprompt view`: a page over all runs in a folder of results, served until Ctrl-C, or written as a static site.
 *
 * @throws {InputError} where there is no such folder, the port is in use, or other files are where the site would be
 */
export async function view(
  folder: string,
  { port, export: site, baselines }: ViewFlags,
  io: CommandIo,
): Promise<void> {
  await checkFolder(folder);
  if (site !== undefined) {
    const { runs, left } = await exportView({ folder, baselines }, site);
    for (const line of left) io.log(`warning: ${line}`);
    io.print(
      `${site}: ${
        counted(runs, "run")
      }; open ${site}/index.html in a browser, or let a web server show the folder`,
    );
    return;
  }
  const quiet = { ...io, print: io.log };
  await untilInterrupted(io, (signal) =>
    serveView({
      folder,
      baselines,
      setBaseline: (run) => setBaseline(run, { name: MAIN_BASELINE, baselines }, quiet),
      removeBaseline: (run, name) => removeBaseline(run, { name, baselines }),
    }, {
      hostname: HOST,
      port,
      signal,
      onError: (error) => io.log(`warning: a request failed: ${terminalMessage(error)}`),
      onListen: (url) => io.print(`${folder} at ${url} (Ctrl-C ends it)`),
    }));
  io.log("ended");
}
