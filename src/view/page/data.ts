/// <reference lib="dom" />
import type { AskedWrite, ComparedRunOrReason, RunAboutView, ViewIndex } from "../view_data.ts";
import { loadScript } from "./load_script.ts";

/** What is known of a run, or why its files cannot be read. */
export type AboutOrProblem = RunAboutView | { readonly problem: string };

/** What the page asks for. */
export interface ViewSource {
  /** Whether what it gives can change and be written. */
  readonly isLive: boolean;
  index(): Promise<ViewIndex>;
  about(key: string): Promise<AboutOrProblem>;
  compared(key: string): Promise<ComparedRunOrReason>;
  /** The address of a run's report. */
  reportAddress(key: string): string;
}

/** Asks the server that has sent the page. */
export const SERVER: ViewSource = {
  isLive: true,
  index: () => asked("index"),
  about: (key) => asked(`about/${encodeURIComponent(key)}`),
  compared: (key) => asked(`compared/${encodeURIComponent(key)}`),
  reportAddress: (key) => `./report/${encodeURIComponent(key)}`,
};

async function asked<Content>(path: string): Promise<Content> {
  const response = await fetch(`./${path}`);
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

/** Writes a note on a run, or makes or removes a baseline. @throws {Error} with the server's reason where it is not written */
export async function writeToServer(token: string, asked: AskedWrite): Promise<void> {
  const response = await fetch("note" in asked ? "./note" : "./baseline", {
    method: "POST",
    headers: { "content-type": "application/json", "x-softprompt-token": token },
    body: JSON.stringify(asked),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** Calls functions when something has changed, or may have while the server was not there, and when it is there or not, until it is called off. */
export function onServerChanges(
  changed: () => void,
  setConnected: (isConnected: boolean) => void,
): () => void {
  const events = new EventSource("./changes");
  let wasLost = false;
  events.onmessage = changed;
  events.onopen = () => {
    setConnected(true);
    if (wasLost) changed();
    wasLost = false;
  };
  events.onerror = () => {
    setConnected(false);
    wasLost = true;
  };
  return () => events.close();
}

/** Where the scripts of an exported site put what they have, by its name. */
declare global {
  var softpromptData: Map<string, unknown> | undefined;
}

/** Reads the scripts that lie beside an exported page, which a page that is opened from a disk can load. */
export function exportedSource(data: ReadonlyMap<string, unknown>): ViewSource {
  const read = async <Content>(name: string): Promise<Content> => {
    if (!data.has(name)) await loadScript(`./data/${name}.js`);
    return data.get(name) as Content;
  };
  return {
    isLive: false,
    index: () => read("index"),
    about: (key) => read(`about-${key}`),
    compared: (key) => read(`compared-${key}`),
    reportAddress: (key) => `./reports/${key}.html`,
  };
}
