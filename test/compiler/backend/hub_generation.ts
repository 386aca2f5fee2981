/** Greedy generation as transformers.js calls a model's files: texts alone, their mask, and what was kept of earlier tokens. */
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { declared } from "../../../src/compiler/frontend/import_inputs.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { int64Tensor, type Tensor } from "../../../src/device/device.ts";
import type { DeviceTensor } from "../../../src/device/device.ts";

/** Texts as token ids. */
export type Asked = readonly (readonly number[])[];

type Named = Readonly<Record<string, Tensor | DeviceTensor>>;

/** Texts of one batch, padded on one side with token 0. */
function padded(texts: Asked, side: "left" | "right"): { ids: Asked; mask: number[][] } {
  const length = Math.max(...texts.map((text) => text.length));
  const beside = (text: readonly number[], items: readonly number[]) => {
    const padding = Array<number>(length - text.length).fill(0);
    return side === "left" ? [...padding, ...items] : [...items, ...padding];
  };
  return {
    ids: texts.map((text) => beside(text, text)),
    mask: texts.map((text) => beside(text, text.map(() => 1))),
  };
}

/** A file's session, with its empty pasts. */
async function open(bytes: Uint8Array) {
  const session = await (await openCpu()).open({ bytes, weights: new Map() });
  const inputs = readOnnxFile(bytes, "exported.onnx").model.graph!.input;
  const names = new Set(inputs.map(({ name }) => name));
  const empty = (batch: number): Named =>
    Object.fromEntries(
      inputs.filter(({ name }) => name.startsWith("past_key_values")).map((input) => {
        const dims = declared(input).dims!.map((dim) =>
          dim === "batch_size" ? batch : typeof dim === "number" ? dim : 0
        );
        return [input.name, { type: "float32", dims, data: new Float32Array(0) } satisfies Tensor];
      }),
    );
  return { session, names, empty };
}

function pastsOf(outputs: Named, before: Named, isFirst: boolean): Named {
  return Object.fromEntries(
    Object.entries(outputs).filter(([name]) => name.startsWith("present")).map(([name, value]) => {
      const past = name.replace("present", "past_key_values");
      return [past, name.includes("encoder") && !isFirst ? before[past]! : value];
    }),
  );
}

/** The most probable word of each row's last logits. */
function chosen({ dims, data }: Tensor): number[] {
  const [batch, rows, words] = dims as [number, number, number];
  return Array.from({ length: batch }, (_, i) => {
    const last = Array.from(data.subarray((i * rows + rows - 1) * words, (i + 1) * rows * words), Number);
    return last.indexOf(Math.max(...last));
  });
}

const int64 = (rows: Asked) => int64Tensor(rows.flat(), [rows.length, rows[0]!.length]);

/** The tokens of an encoder-decoder, as `text2text-generation` asks for them. */
export async function seq2seqTokens(
  encoder: Uint8Array,
  decoder: Uint8Array,
  texts: Asked,
  { start, count, side = "right" }: { start: number; count: number; side?: "left" | "right" },
): Promise<number[][]> {
  const [first, next] = [await open(encoder), await open(decoder)];
  const { ids, mask } = padded(texts, side);
  const attention_mask = int64(mask);
  const { last_hidden_state } = await first.session.run({ input_ids: int64(ids), attention_mask });
  const written = texts.map(() => [] as number[]);
  let pasts = next.empty(texts.length);
  let own = texts.map(() => [start]);
  for (let i = 0; i < count; i++) {
    const feeds: Named = {
      input_ids: int64(own),
      encoder_hidden_states: last_hidden_state!,
      encoder_attention_mask: attention_mask,
      use_cache_branch: { type: "bool", dims: [1], data: Uint8Array.of(Number(i > 0)) },
      ...pasts,
    };
    const outputs = await next.session.run(
      Object.fromEntries(Object.entries(feeds).filter(([name]) => next.names.has(name))),
    );
    const tokens = chosen(outputs.logits!);
    for (const [row, token] of tokens.entries()) written[row]!.push(token);
    own = tokens.map((token) => [token]);
    pasts = pastsOf(outputs, pasts, i === 0);
  }
  await first.session.release();
  await next.session.release();
  return written;
}

/** The tokens of a causal model, as `text-generation` asks for them. @param cache of a prompt, from which its own file starts */
export async function causalTokens(
  file: Uint8Array,
  texts: Asked,
  count: number,
  cache?: Readonly<Record<string, Tensor>>,
): Promise<number[][]> {
  const { session, names, empty } = await open(file);
  const { ids, mask } = padded(texts, "left");
  const [before] = Object.values(cache ?? {});
  for (const row of mask) row.unshift(...Array<number>(before?.dims[2] ?? 0).fill(1));
  const written = texts.map(() => [] as number[]);
  let pasts: Named = cache ?? empty(texts.length);
  let own = ids;
  for (let i = 0; i < count; i++) {
    const columns = own[0]!.length;
    const position_ids = int64(mask.map((row) => row.map((_, at) => at).slice(-columns)));
    const outputs = await session.run({
      input_ids: int64(own),
      attention_mask: int64(mask),
      ...(names.has("position_ids") && { position_ids }),
      ...pasts,
    });
    const tokens = chosen(outputs.logits!);
    for (const [row, token] of tokens.entries()) written[row]!.push(token);
    for (const row of mask) row.push(1);
    own = tokens.map((token) => [token]);
    pasts = pastsOf(outputs, pasts, false);
  }
  await session.release();
  return written;
}
