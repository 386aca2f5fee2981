/** A part of a buffer at a binding of a bind group. */
export interface Bound {
  readonly binding: number;
  readonly buffer: GPUBuffer;
  /** In bytes, as the size: by default, all that follows. */
  readonly offset: number | undefined;
  readonly size: number | undefined;
}

/** What a bind group was made of. */
export interface BoundGroup {
  readonly layout: GPUBindGroupLayout;
  readonly bound: readonly Bound[];
}

/** What a bind group's descriptor binds; `undefined` where that is something other than buffers. */
export function boundGroup(descriptor: unknown): BoundGroup | undefined {
  if (typeof descriptor !== "object" || descriptor === null) return undefined;
  if (!("layout" in descriptor && "entries" in descriptor)) return undefined;
  const { layout, entries } = descriptor;
  if (!(layout instanceof GPUBindGroupLayout) || !Array.isArray(entries)) return undefined;
  const bound = entries.map(boundAt).filter((one) => one !== undefined);
  return bound.length === entries.length ? { layout, bound } : undefined;
}

function boundAt(entry: unknown): Bound | undefined {
  if (typeof entry !== "object" || entry === null || !("binding" in entry && "resource" in entry)) {
    return undefined;
  }
  const { binding, resource } = entry;
  if (typeof binding !== "number") return undefined;
  if (resource instanceof GPUBuffer) return { binding, buffer: resource, offset: undefined, size: undefined };
  if (typeof resource !== "object" || resource === null || !("buffer" in resource)) return undefined;
  const { buffer } = resource;
  if (!(buffer instanceof GPUBuffer)) return undefined;
  return { binding, buffer, offset: numberIn(resource, "offset"), size: numberIn(resource, "size") };
}

function numberIn(object: object, key: string): number | undefined {
  const found: unknown = Reflect.get(object, key);
  return typeof found === "number" ? found : undefined;
}
