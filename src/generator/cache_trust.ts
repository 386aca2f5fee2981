import { thrownMessage } from "../base/errors.ts";
import type { TextBatch } from "./begin.ts";
import { cacheDifference, cacheTolerance } from "./check_cache.ts";
import type { CacheSession, GenerationSessions } from "./generation_sessions.ts";

/**
 * Whether the model's own file continues texts as they are read: found out on the first texts, and again on the first ones of several
 * lengths, since a file may count what is beside a shorter text (a window over the last tokens, for one).
 */
export class CacheTrust {
  private alone: boolean | undefined;
  private together: boolean | undefined;

  /** @param onFault hears what is wrong with the file */
  constructor(
    private readonly sessions: GenerationSessions,
    private readonly cached: CacheSession,
    private readonly onFault: (fault: string) => void,
  ) {}

  /** Compares what has not been compared yet, on the shortest and the longest of some texts. */
  async learn(batch: TextBatch): Promise<void> {
    if (this.alone === false || batch.texts.length === 0) return;
    const { shortest, longest } = endsOf(batch);
    if (isMixed(batch) && this.together === undefined) {
      this.together = await this.faultOf({ ...batch, texts: [shortest, longest] }) === undefined;
      if (this.together) this.alone = true;
    }
    if (this.alone !== undefined) return;
    const fault = await this.faultOf({ ...batch, texts: [longest] });
    this.alone = fault === undefined;
    if (fault !== undefined) this.onFault(fault);
  }

  /** Whether texts of several lengths may be continued together; unknown before `learn`, of such texts. */
  get isTogether(): boolean {
    return this.together !== false;
  }

  /** Whether texts may be continued at all; unknown before `learn`. */
  get isAlone(): boolean {
    return this.alone !== false;
  }

  /** Whether the file continues these texts. */
  covers(batch: TextBatch): boolean {
    return this.alone === true && (!isMixed(batch) || this.together === true);
  }

  /** What is wrong with the file for some texts; `undefined` where nothing is. */
  private async faultOf(batch: TextBatch): Promise<string | undefined> {
    const { sessions, cached } = this;
    try {
      const difference = await cacheDifference(sessions, cached, batch);
      return difference <= cacheTolerance(cached)
        ? undefined
        : `continues texts with logits that differ by ${
          difference.toPrecision(2)
        } of the largest one from those of the whole text`;
    } catch (error) {
      // A device that fails does so again where the texts are read again.
      const [reason] = thrownMessage(error).split("\n");
      return `does not continue texts (${reason})`;
    }
  }
}

function endsOf({ texts }: TextBatch) {
  const sorted = texts.toSorted((a, b) => a.ids.length - b.ids.length);
  return { shortest: sorted[0]!, longest: sorted[sorted.length - 1]! };
}

function isMixed(batch: TextBatch): boolean {
  return batch.texts.some(({ ids }) => ids.length !== batch.texts[0]!.ids.length);
}
