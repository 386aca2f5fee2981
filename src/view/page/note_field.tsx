/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { visible, visibleLines } from "../../base/visible.ts";
import type { RunDetailsProps } from "./run_details.tsx";
import { useWords } from "./language.ts";

/** A note that is not saved yet, and the one that it replaces. */
interface Edited {
  readonly text: string;
  readonly before: string;
}

/** The note on a run, and whether it is a baseline: fields where they can be written, else texts. */
export function NoteField({ row, write }: Pick<RunDetailsProps, "row" | "write">): JSX.Element {
  const { t } = useWords();
  const [edited, setEdited] = useState<Edited | undefined>();
  const note = edited?.text ?? row.note;
  const isSaved = note.trimEnd() === row.note;
  // Once it is saved, the field follows what others note.
  useEffect(() => {
    if (isSaved) setEdited(undefined);
  }, [row.note]);
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
  const marks = row.baselines.map((name) => ({ name, mark: `${t("is_baseline")} ${visible(name)}` }));
  if (write === undefined) {
    return (
      <>
        {marks.length > 0 && <p>{marks.map(({ mark }) => mark).join(", ")}</p>}
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
        onInput={({ currentTarget: { value } }) =>
          setEdited({ text: value, before: edited?.before ?? row.note })}
      />
      {edited !== undefined && edited.before !== row.note && !isSaved && (
        <p class="problem note" role="alert">{t("noted_elsewhere")} {visibleLines(row.note)}</p>
      )}
      <p class="controls">
        <button
          type="button"
          id="save-note"
          disabled={isSaved}
          onClick={() => attempt(write({ key: row.key, note, before: row.note }), t("saved"))}
        >
          {t("save_note")}
        </button>
        {row.state === "complete" && (
          <button
            type="button"
            id="make-baseline"
            onClick={() => attempt(write({ key: row.key }), t("baseline_made"))}
          >
            {t("make_baseline")}
          </button>
        )}
        {marks.map(({ name, mark }) => (
          <span key={name}>
            {mark}{" "}
            <button
              type="button"
              aria-label={`${t("remove_baseline")} ${mark}`}
              onClick={() =>
                confirm(`${mark}: ${t("removes_baseline")}`) &&
                attempt(write({ key: row.key, remove: name }), t("baseline_removed"))}
            >
              {t("remove_baseline")}
            </button>
          </span>
        ))}
        <span role="status" class={outcome?.isTrouble ? "problem" : "soft"}>
          {outcome && visibleLines(outcome.text)}
        </span>
      </p>
    </>
  );
}
