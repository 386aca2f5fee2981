import { assertEquals } from "@std/assert";
import { filesIn, importsIn, sourcesIn } from "./module_graph.ts";

/**
 * The rooms of `src`, the lowest first, and what each may import: rooms that stand above it in this table, so that arrows point
 * one way. A file beside the rooms is one by itself.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "base": [],
  "disk": ["base"],
  "hub": ["base", "disk"],
  "compiler/graph": [],
  "compiler/ops": ["compiler/graph"],
  "compiler/analysis": ["compiler/graph", "compiler/ops"],
  "compiler/lowerings": ["compiler/graph", "compiler/ops"],
  "compiler/frontend": ["base", "compiler/graph", "compiler/ops", "compiler/analysis", "compiler/lowerings"],
  "compiler/passes": ["compiler/graph", "compiler/ops", "compiler/analysis", "compiler/frontend"],
  "compiler/targets": ["compiler/graph", "compiler/ops"],
  "compiler/backend": ["compiler/graph", "compiler/frontend"],
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
  "model": ["base", "disk", "hub", "compiler", "experiment"],
  "device": ["base", "compiler/graph", "compiler/backend"],
  "prompt": ["base", "experiment", "model", "device"],
  "evaluation": ["base", "experiment", "device", "prompt"],
  "training": ["schema", "base", "compiler/graph", "compiler/passes", "experiment", "device", "prompt"],
  "artifacts": ["schema", "base", "disk", "compiler", "experiment", "model", "device"],
  "check": ["base", "compiler", "model", "device", "prompt", "evaluation"],
  "dataset": ["base", "disk", "hub", "experiment"],
  "browser": [
    "base",
    "disk",
    "compiler/graph",
    "compiler/passes",
    "experiment",
    "model",
    "device",
    "prompt",
    "evaluation",
    "training",
    "dataset",
  ],
  "formats": ["base", "disk", "compiler", "experiment", "model", "device", "prompt", "evaluation", "dataset"],
  "results": [
    "schema",
    "deno.json",
    "base",
    "disk",
    "experiment",
    "device",
    "evaluation",
    "training",
    "dataset",
  ],
  "diff": ["base", "experiment", "evaluation", "results"],
  "report": ["base", "experiment", "prompt", "evaluation", "training", "results", "diff"],
  "serve": ["base", "browser", "report"],
  "run": [
    "base",
    "disk",
    "hub",
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
    "formats",
    "results",
    "report",
  ],
  "inference": [
    "base",
    "hub",
    "experiment",
    "model",
    "device",
    "prompt",
    "evaluation",
    "artifacts",
    "dataset",
    "results",
    "run",
  ],
  "mod.ts": ["base", "hub", "experiment", "device", "inference"],
  "batch": [
    "base",
    "disk",
    "hub",
    "compiler",
    "experiment",
    "device",
    "prompt",
    "training",
    "results",
    "report",
    "run",
  ],
  "terminal": [
    "base",
    "disk",
    "hub",
    "compiler",
    "model",
    "device",
    "evaluation",
    "training",
    "artifacts",
    "results",
    "diff",
    "run",
    "batch",
  ],
  "commands": [
    "base",
    "disk",
    "compiler",
    "experiment",
    "model",
    "device",
    "training",
    "artifacts",
    "dataset",
    "browser",
    "formats",
    "results",
    "diff",
    "report",
    "serve",
    "run",
    "inference",
    "batch",
    "terminal",
  ],
  "cli.ts": ["deno.json", "compiler", "experiment", "terminal", "commands"],
  "main.ts": ["base", "device", "terminal", "cli.ts"],
  "generate_types.ts": ["schema", "experiment", "training", "artifacts", "results"],
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

Deno.test("the compiler's rooms use no API of Deno", async () => {
  const using = [...await sourcesIn("src/compiler")].filter(([path, source]) =>
    roomOf(path) !== "compiler" && /\bDeno\./.test(source)
  );
  assertEquals(using.map(([path]) => path), []);
});

Deno.test("imports are found wherever they stand", () => {
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
export const no = "./no.ts";
`;
  assertEquals(importsIn(source).toSorted(), "abcdefgh".split("").map((name) => `./${name}.ts`));
});
