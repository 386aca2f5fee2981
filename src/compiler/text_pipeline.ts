import type { ElementType } from "./graph/element_types.ts";
import type { Value } from "./graph/graph.ts";
import { chooseRows, decoderAlone, encoderAlone, readNextAndStates } from "./passes/begin_text.ts";
import { narrow } from "./passes/narrow.ts";
import type { Pass } from "./passes/pass.ts";
import { readNext, readTargets } from "./passes/read_targets.ts";
import { scoreTargets } from "./passes/score_targets.ts";
import { NEW } from "./pipeline.ts";

/** The logits that predict a target text's tokens, of which as little as possible is computed. */
export const READ_TARGETS: readonly Pass[] = [
  {
    name: "read targets",
    requires: ["positions exposed", "token logits", "not lowered"],
    ensures: ["targets read"],
    ends: ["token logits"],
    run: readTargets,
  },
  {
    name: "narrow",
    requires: ["canonical", "targets read", "not lowered"],
    ensures: ["narrowed"],
    run: narrow,
  },
];

/** The logits of the word that comes next, of which as little as possible is computed. */
export const READ_NEXT: readonly Pass[] = readNextBy(readNext);

/** The same, with what is kept of a text. @param states their types, by name */
export function readNextAnd(states: ReadonlyMap<string, ElementType>): readonly Pass[] {
  return readNextBy((graph) => readNextAndStates(graph, states));
}

function readNextBy(run: Pass["run"]): readonly Pass[] {
  return [
    {
      name: "read next word",
      requires: ["positions exposed", "token logits", "not lowered"],
      ensures: ["next word read"],
      ends: ["token logits"],
      run,
    },
    {
      name: "narrow",
      requires: ["canonical", "next word read", "not lowered"],
      ensures: ["narrowed"],
      run: narrow,
    },
  ];
}

/** An encoder without its decoder. @param continued the type of its hidden states for the file that continues texts */
export function encoderOf(continued: ElementType | undefined): Pass {
  return {
    name: "encoder alone",
    requires: ["positions exposed", "token logits", "not lowered"],
    ensures: [],
    ends: ["token logits"],
    run: (graph) => encoderAlone(graph, continued),
  };
}

/** A decoder without its encoder, whose hidden states are an input. */
export const DECODER_ALONE: Pass = {
  name: "decoder alone",
  requires: ["positions exposed", "token logits", "no prompt", "not lowered"],
  ensures: [],
  run: decoderAlone,
};

/** A choice of rows of what is kept of texts. */
export function choosingRows(states: ReadonlyMap<string, Value>): Pass {
  return {
    name: "choose rows",
    requires: ["no graph"],
    ensures: NEW,
    ends: ["no graph"],
    run: ({ source }) => chooseRows(source, states),
  };
}

/** The logarithms of the target tokens' probabilities. */
export const SCORE_TARGETS: Pass = {
  name: "score targets",
  requires: ["narrowed", "targets read", "not lowered"],
  ensures: ["targets scored"],
  ends: ["targets read"],
  run: (graph) => scoreTargets(graph, "logprobs"),
};
