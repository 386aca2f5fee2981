/// <reference lib="dom" />
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { visibleLines } from "../../base/visible.ts";
import type { RunDetailsProps } from "./run_details.tsx";
import { useWords } from "./language.ts";

/** The note on a run, and whether it is a baseline: fields where they can be written, else texts. */
export function NoteField({ row, write }: Pick<RunDetailsProps, "row" | "write">): JSX.Element {
  const { t } = useWords();
  const [note, setNote] = useState(row.note);
  const [outcome, setOutcome] = useState<
    { readonly text: string; readonly isTrouble: boolean } | undefined
  >();
  const attempt = async (act: Promise<void>, done: string) => {
    try {
      await act;
      setOutcome({ text: done, isTrouble: false });
    } catch (error) {
      setOutcome({
        text: `${t("not_written")} ${error instanceof Error ? error.message : error}`,
        isTrouble: true,
      });
    }
  };
  const marks = row.baselines.map((name) => `${t("is_baseline")} ${visibleLines(name)}`).join(", ");
  if (write === undefined) {
    return (
      <>
        {marks !== "" && <p>{marks}</p>}
        {row.note !== "" && <p class="note">{visibleLines(row.note)}</p>}
      </>
    );
  }
  return (
    <>
      <label for="note">{t("note")}</label>
      <textarea
        id="note"
        class="note"
        value={note}
        maxLength={20_000}
        onInput={({ currentTarget: { value } }) => setNote(value)}
      />
      <p class="controls">
        <button
          type="button"
          id="save-note"
          disabled={note.trimEnd() === row.note}
          onClick={() => attempt(write(row.key, note), t("saved"))}
        >
          {t("save_note")}
        </button>
        {row.state === "complete" && (
          <button
            type="button"
            id="make-baseline"
            onClick={() => attempt(write(row.key), t("baseline_made"))}
          >
            {t("make_baseline")}
          </button>
        )}
        {marks !== "" && <span>{marks}</span>}
        <span role="status" class={outcome?.isTrouble ? "problem" : "soft"}>
          {outcome && visibleLines(outcome.text)}
        </span>
      </p>
    </>
  );
}
