import { thrownMessage } from "../base/errors.ts";
import {
  type CompiledCache,
  type CompiledGeneration,
  type FileBytes,
  mapWeights,
  type NumberFormat,
  numberFormatOf,
  readOnnxFile,
} from "../compiler/mod.ts";
import type { Device, ResidentSession } from "../device/device.ts";
import type { SessionGroup } from "../device/session_group.ts";
import { RegionReader } from "../model/read_region.ts";
import { RowChooser } from "./row_chooser.ts";

/** What it means that a file does not continue texts. */
export const READS_AGAIN = "each token reads all before it again, which is slow";

/** A model's own file, which continues texts. */
export interface CacheSession {
  readonly cache: CompiledCache;
  readonly session: ResidentSession;
  readonly chooseTexts: RowChooser | undefined;
  readonly chooseStates: RowChooser | undefined;
  /** How its numbers are stored. */
  readonly numbers: NumberFormat;
}

/** The graphs that texts are generated with, opened on a device. */
export interface GenerationSessions {
  /** Of an encoder-decoder, its encoder. */
  readonly encoder: ResidentSession | undefined;
  /** To the first token's logits, or to any token's where there is no cache. */
  readonly next: ResidentSession;
  readonly cached: CacheSession | undefined;
  /** Of an encoder-decoder. */
  readonly chooseHidden: RowChooser | undefined;
}

/**
 * Opens the graphs that texts are generated with.
 *
 * @param continuing the file that continues texts, where it does
 * @param log takes a warning where it cannot be opened
 */
export async function openGeneration(
  { encoder, next, cache, chooseHidden, chooseTexts, chooseStates }: CompiledGeneration,
  continuing: FileBytes | undefined,
  device: Device,
  sessions: SessionGroup,
  log: (line: string) => void,
): Promise<GenerationSessions> {
  const open = (graph: Parameters<Device["openResident"]>[0]) => sessions.add(device.openResident(graph));
  const chooser = async (choice: typeof chooseTexts) =>
    choice && new RowChooser(choice, await open(choice.graph));
  const cached = async (): Promise<CacheSession | undefined> => {
    if ("reason" in cache || continuing === undefined) return undefined;
    using regions = new RegionReader();
    const file = readOnnxFile(continuing.bytes, continuing.path, regions.read);
    const session = await open({ ...mapWeights(file), isPerToken: true }).catch((error) => {
      const [reason] = thrownMessage(error).split("\n");
      log(`warning: ${READS_AGAIN}: ${continuing.path} cannot be opened in ONNX Runtime (${reason})`);
    });
    if (session === undefined) return undefined;
    return {
      cache,
      session,
      chooseTexts: await chooser(chooseTexts),
      chooseStates: await chooser(chooseStates),
      numbers: numberFormatOf(file),
    };
  };
  return {
    encoder: encoder && await open(encoder),
    next: await open(next),
    cached: await cached(),
    chooseHidden: await chooser(chooseHidden),
  };
}
