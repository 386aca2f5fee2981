import type { Io } from "./io.ts";
import { jsonMessage, JsonProgress, type LogFormat } from "./json_log.ts";
import { PlainProgress } from "./plain_progress.ts";
import type { Progress, ProgressSink } from "./progress.ts";
import { safeIo } from "./safe_io.ts";
import { StatusArea } from "./status_area.ts";

/** The input and output of a verb: what it prints is safe for a terminal, and stands above the progress that is shown. */
export interface CommandIo extends Io {
  /** Shows progress: at the bottom of the terminal; where there is none, as a line now and then. */
  readonly progress: ProgressSink;
  /** Chooses how standard error is written from now on. */
  readonly logAs: (format: LogFormat) => void;
}

/**
 * The input and output of a verb. What measures texts takes a while to load, and is loaded for progress on a terminal alone.
 *
 * @param options `showsProgress`: whether progress is shown at the bottom of a terminal; the launcher has none to show
 */
export async function commandIo(
  given: Io,
  { showsProgress = true }: { readonly showsProgress?: boolean } = {},
): Promise<CommandIo> {
  const io = safeIo(given);
  const area = showsProgress && io.terminal ? new StatusArea(io.terminal) : undefined;
  const shown = area ? await inArea(area) : new PlainProgress(io.log);
  const written = new JsonProgress(io.log);
  let format: LogFormat = "text";
  const sink = () => format === "json" ? written : shown;
  return {
    ...io,
    print: (text, kind) => {
      using _above = area?.hold();
      io.print(text, kind);
    },
    write: async (text) => {
      using _above = area?.hold();
      await io.write(text);
    },
    log: (text) => {
      using _above = area?.hold();
      io.log(format === "json" ? jsonMessage(text) : text);
    },
    get hasColors() {
      return format === "json" ? { ...io.hasColors, stderr: false } : io.hasColors;
    },
    get terminal() {
      return format === "json" ? undefined : io.terminal;
    },
    progress: {
      show: (progress: Progress) => sink().show(progress),
      end: () => sink().end(),
    },
    exit: (code) => {
      area?.clear();
      return io.exit(code);
    },
    logAs: (chosen) => {
      format = chosen;
    },
  };
}

/** Shows progress at the bottom of a terminal. */
async function inArea(area: StatusArea): Promise<ProgressSink> {
  const { progressFrame } = await import("./progress_frame.ts");
  return {
    show: (progress) => area.show((columns) => progressFrame(progress, columns)),
    end: () => area.clear(),
  };
}
