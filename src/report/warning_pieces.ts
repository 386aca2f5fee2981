import type { Bilingual } from "../results/bilingual.ts";
import { diagnosisText } from "../results/diagnosis_text.ts";
import type { CompleteMetrics } from "../results/metrics_file.ts";
import { bilingual, Html, htmlOf } from "./html.ts";

/** Why a run may not have learned what it could, a paragraph each. */
export function diagnosisPieces({ warnings = [] }: Pick<CompleteMetrics, "warnings">): Html[] {
  return warnings.map((warning) => warningPiece(diagnosisText(warning)));
}

/** A warning, as a paragraph. */
export function warningPiece(sentence: Bilingual): Html {
  return new Html(`<p class="failed">${htmlOf(bilingual(sentence))}</p>`);
}
