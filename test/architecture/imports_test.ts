import { assertEquals } from "@std/assert";
import { filesIn, importsIn, sourcesIn } from "./module_graph.ts";

/**
 * The rooms of `src`, the lowest first, and what each may import: rooms that stand above it in this table, so that arrows point
 * one way. Where it is not plain what for, an entry says what is imported. A file beside the rooms is one by itself.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "base": [],
  "disk": ["base"],
  "hub": ["base", "disk"],
  "text_metrics": [
    "base", // which scripts have no blanks
  ],
  "generation": [
    "base", // which scripts have no blanks
  ],
  "compiler/graph": [],
  "compiler/ops": ["compiler/graph"],
  "compiler/analysis": ["compiler/graph", "compiler/ops"],
  "compiler/lowerings": ["compiler/graph", "compiler/ops"],
  "compiler/frontend": [
    "base", // the paths of weights that a file names
    "compiler/graph",
    "compiler/ops",
    "compiler/analysis", // which lookup is that of words
    "compiler/lowerings", // old operators are lowered as they are read
  ],
  "compiler/passes": [
    "compiler/graph",
    "compiler/ops",
    "compiler/analysis",
    "compiler/frontend", // the parameters that a model tunes
  ],
  "compiler/targets": ["compiler/graph", "compiler/ops"],
  "compiler/backend": [
    "compiler/graph",
    "compiler/ops", // which outputs a node can leave out
    "compiler/frontend", // where weights stand in the model's file
  ],
  "compiler": [
    "compiler/graph",
    "compiler/ops",
    "compiler/analysis",
    "compiler/lowerings",
    "compiler/frontend",
    "compiler/passes",
    "compiler/targets",
    "compiler/backend",
  ],
  "schema": [],
  "experiment": ["schema", "base", "disk"],
  "model": [
    "base",
    "disk",
    "hub",
    "compiler", // the facts of its graph
    "experiment", // how a file names a model
  ],
  "device": [
    "base",
    "compiler/graph", // the sizes of tensors, for the limits of buffers
    "compiler/backend", // a graph that finds its weights where they are
    "compiler/ops", // a product, which shows that a device computes
  ],
  "prompt": [
    "base",
    "experiment",
    "model", // the tokenizer
    "device",
  ],
  "generator": [
    "base",
    "generation",
    "compiler", // what begins texts
    "model", // its own file, which continues them
    "device",
    "prompt", // encoded texts
  ],
  "evaluation": ["base", "text_metrics", "experiment", "device", "prompt"],
  "training": [
    "schema",
    "base",
    "compiler/graph", // the shapes of the state
    "compiler/passes", // the state of the optimizer
    "experiment",
    "device",
    "prompt",
  ],
  "artifacts": [
    "schema",
    "base",
    "disk",
    "compiler",
    "experiment", // the version of what keys mean
    "model",
    "device", // the kind that graphs are for
  ],
  "check": [
    "base",
    "compiler",
    "model",
    "device",
    "prompt",
    "evaluation", // the largest of some numbers
  ],
  "dataset": ["base", "disk", "hub", "experiment"],
  "browser": [
    "base",
    "disk",
    "compiler/graph", // the shapes of the state
    "compiler/passes", // the state of the optimizer
    "experiment",
    "model",
    "device",
    "prompt",
    "evaluation",
    "training",
    "dataset", // how texts are read
  ],
  "formats": [
    "base",
    "disk",
    "compiler",
    "experiment",
    "model",
    "device",
    "prompt",
    "evaluation", // the calibration, which it contains
    "dataset", // the steps of cleaning, which an export repeats
  ],
  "results": [
    "schema",
    "deno.json", // the version of the program
    "base",
    "disk",
    "experiment",
    "device", // tensors and their files
    "evaluation",
    "training", // checkpoints and the history
    "hub", // the form of the ids of models
    "dataset", // the examples that are predicted
  ],
  "foreign": ["base", "disk"],
  "trackers": [
    "base",
    "disk",
    "hub", // whether an address keeps a secret
    "training", // the lines of the history
    "results",
  ],
  "diff": [
    "base",
    "foreign", // what other programs have written
    "text_metrics", // the words by which texts differ
    "experiment", // the columns of a template
    "evaluation",
    "results",
  ],
  "search": [
    "base",
    "experiment", // the space
    "training", // validations
    "results", // what is written of what was tried
  ],
  "report": [
    "base",
    "text_metrics", // the words by which texts differ
    "experiment", // the labels of variants
    "prompt", // what the vectors are near
    "evaluation",
    "training", // the history
    "results",
    "diff",
    "search", // the value of a metric, and what makes a search doubtful
  ],
  "serve": [
    "base",
    "browser", // the description of the run that the page reads
    "report", // the style
  ],
  "view": [
    "base",
    "disk",
    "text_metrics", // the words by which texts differ
    "evaluation", // the order of metrics
    "training", // the history
    "browser", // the language of a reader
    "results",
    "diff",
    "report", // the style, and the words in both languages
    "serve",
  ],
  "run": [
    "base",
    "disk",
    "hub", // reports of downloads
    "text_metrics", // the scores of generated texts
    "generation", // what a generated text is
    "compiler/graph", // its errors
    "compiler",
    "experiment",
    "model",
    "device",
    "prompt",
    "evaluation",
    "training",
    "artifacts",
    "check",
    "dataset",
    "formats", // prompts that PEFT tuned
    "generator",
    "results",
    "report", // a run writes its report
  ],
  "inference": [
    "base",
    "disk", // a prompt in a file of its own
    "hub", // reports of downloads
    "experiment",
    "model",
    "generation", // how a text ended
    "text_metrics", // the classes that generated texts stand for
    "device",
    "generator",
    "prompt",
    "evaluation",
    "artifacts",
    "dataset",
    "results",
    "run", // prompts, calibration and compiled graphs as runs have them
  ],
  "mod.ts": [
    "base",
    "hub", // reports of downloads
    "experiment",
    "generation", // how a text ended
    "device",
    "inference",
  ],
  "batch": [
    "base",
    "disk",
    "hub", // its errors are problems of one file
    "compiler/graph", // its errors are problems of one file
    "experiment",
    "device",
    "prompt", // which models must not be padded
    "training",
    "results",
    "search",
    "report", // a sweep has a report
    "run",
  ],
  "cluster": [
    "schema",
    "base",
    "disk",
    "experiment", // YAML with the places of its values
    "results", // which runs are complete, and how far the others are
    "run", // what a run depends on
    "batch",
  ],
  "terminal": [
    "base",
    "disk",
    "hub", // its errors, and downloads
    "compiler/graph", // its errors
    "compiler", // --explain
    "experiment", // the experiment of a run that is shown
    "model", // --explain
    "device", // its errors
    "evaluation", // the names of metrics
    "training", // its errors
    "artifacts", // --explain
    "results",
    "diff",
    "search", // what it found
    "run", // the progress that is displayed
    "batch", // the outcomes that are displayed
    "cluster", // how far runs are
  ],
  "commands": [
    "deno.json", // the version that a new project is for
    "base",
    "disk",
    "hub", // where it is, and whether it answers
    "compiler", // shapes and types of flags
    "experiment",
    "model",
    "device",
    "evaluation", // the accuracy on labelled texts
    "training", // an interruption
    "artifacts",
    "dataset",
    "browser", // which graphs are served
    "formats",
    "results",
    "diff",
    "report",
    "trackers",
    "serve",
    "view",
    "run",
    "inference",
    "batch",
    "cluster",
    "terminal",
  ],
  "verbs": [
    "deno.json", // the version
    "base", // messages of errors
    "dataset", // the choices of flags
    "experiment", // the choices of flags
    "results", // the choices of flags
    "batch", // the choices of flags, the files of a project
    "terminal",
    "commands",
  ],
  "cli.ts": ["terminal", "commands", "verbs"],
  "main.ts": [
    "base", // a rejection that nothing awaits
    "device", // the folder of the runtime's libraries, named before they are loaded
    "terminal",
    "cli.ts",
  ],
  "launcher": [
    "schema",
    "base",
    "disk",
    "foreign", // which files are read beside each other
    "trackers", // the server that runs are reported to
    "hub",
    "experiment",
    "dataset",
    "batch",
    "cluster", // the results folder of a cluster, and the variables of its tasks
    "terminal",
    "verbs",
    "main.ts",
  ],
  "demo.ts": ["terminal", "launcher"],
  "launch.ts": ["terminal", "launcher"],
  "generate_types.ts": ["schema", "experiment", "training", "artifacts", "results", "cluster"],
};

/** The room that a file is in; of the compiler's own rooms, that one. */
function roomOf(path: string): string {
  const [top, room, ...rest] = path.split("/");
  if (top !== "src") return path;
  if (room === "compiler" && rest.length > 1) return `${room}/${rest[0]}`;
  return room!;
}

/** What each room imports of others, each with one of the files that do. */
async function importsOfRooms(): Promise<Map<string, Map<string, string>>> {
  const rooms = new Map<string, Map<string, string>>();
  for (const [path, source] of await sourcesIn("src")) {
    const room = roomOf(path);
    const imported = rooms.get(room) ?? new Map<string, string>();
    rooms.set(room, imported);
    for (const file of filesIn(path, source)) {
      if (roomOf(file) !== room) imported.set(roomOf(file), `${path} imports ${file}`);
    }
  }
  return rooms;
}

Deno.test("rooms import what the table allows, and the table allows nothing else", async () => {
  const found = await importsOfRooms();
  const forbidden = [...found].flatMap(([room, imported]) =>
    [...imported].flatMap(([other, example]) => ROOMS[room]?.includes(other) ? [] : [example])
  );
  assertEquals(forbidden, [], "not allowed");
  const unused = Object.entries(ROOMS).flatMap(([room, allowed]) =>
    allowed.flatMap((other) => found.get(room)?.has(other) ? [] : [`${room} → ${other}`])
  );
  assertEquals(unused, [], "allowed and not used");
  assertEquals(Object.keys(ROOMS).toSorted(), [...found.keys()].toSorted());
});

Deno.test("a room may import the rooms before it in the table, so imports have no cycles", () => {
  const rooms = Object.keys(ROOMS);
  const upward = Object.entries(ROOMS).flatMap(([room, allowed]) =>
    allowed.filter((other) => rooms.indexOf(other) >= rooms.indexOf(room)).map((other) =>
      `${room} → ${other}`
    )
  );
  assertEquals(upward, []);
});

/** Comments that document a declaration. Their examples use what the module itself does not. */
const DOCUMENTATION = /^[ \t]*\/\*\*.*?\*\//gms;

Deno.test("the compiler's rooms use no API of Deno", async () => {
  const using = [...await sourcesIn("src/compiler")].filter(([path, source]) =>
    roomOf(path) !== "compiler" && /\bDeno\./.test(source.replaceAll(DOCUMENTATION, ""))
  );
  assertEquals(using.map(([path]) => path), []);
});

Deno.test("no specifier of an import is computed: the rooms of what is imported could not be seen", async () => {
  const computed = [...await sourcesIn("src")].flatMap(([path, source]) =>
    importsIn(source, path).computed.map(() => path)
  );
  assertEquals(computed, []);
});

Deno.test("imports are found in every form", () => {
  const source = `
import "./a.ts";
import type { B } from "./b.ts";
import {
  type C,
  c,
} from "./c.ts";
export * from "./d.ts";
export { type E } from "./e.ts";
/** \`\`\`ts
 * import { no } from "./no.ts";
 */
const f = await import("./f.ts"), g = new Worker(new URL("./g.ts", import.meta.url));
type H = typeof import("./h.ts");
export const no = "./no.ts"; import i from './i.ts';
await import(\`./no.ts\`); await import("./" + no); await import(no);
`;
  const { specifiers, computed } = importsIn(source);
  assertEquals(specifiers.toSorted(), "abcdefghi".split("").map((name) => `./${name}.ts`));
  assertEquals(computed, ["`./no.ts`", '"./" + no', "no"]);
});

Deno.test("a name that the import map has for a file of the project is that file", () => {
  const source =
    'export { loadRun } from "softprompt"; import "softprompt/compiler"; import "yaml"; import "./y.ts";';
  assertEquals(filesIn("src/run/x.ts", source), ["src/mod.ts", "src/compiler/mod.ts", "src/run/y.ts"]);
});
