import type { Notice, ProgressReporter, StageProgress } from "../run/progress.ts";
import type { CommandIo } from "./command_io.ts";
import { Notices } from "./notices.ts";
import { RunStages } from "./run_stages.ts";

/** Reports the progress of runs that follow each other at the terminal. */
export class TerminalProgress implements ProgressReporter {
  private readonly notices: Notices;
  private stages = new RunStages("");

  constructor(private readonly io: Pick<CommandIo, "log" | "progress">) {
    this.notices = new Notices(io.log);
  }

  log(line: string): void {
    this.io.log(line);
  }

  note(notice: Notice): void {
    this.notices.log(notice);
  }

  begin(title: string): void {
    this.stages = new RunStages(title);
  }

  start(title: string, kind: string, device: string): void {
    this.log(`${title}: ${kind} prompt on ${device}`);
  }

  reach(progress: StageProgress): void {
    this.io.progress.show(this.stages.reach(progress));
  }

  end(): void {
    this.io.progress.end();
  }
}
