import type { DeviceTensor, Tensor } from "./device.ts";

/** The numbers of a float32 tensor. @throws {TypeError} where it is of another type */
export function float32Data(tensor: Tensor): Float32Array {
  if (tensor.type === "float32") return tensor.data;
  throw new TypeError(`a float32 tensor is needed, and this one is ${tensor.type}`);
}

/** The numbers of an int64 tensor. @throws {TypeError} where it is of another type */
export function int64Data(tensor: Tensor): BigInt64Array {
  if (tensor.type === "int64") return tensor.data;
  throw new TypeError(`an int64 tensor is needed, and this one is ${tensor.type}`);
}

/** A tensor that is in the host's memory. @throws {TypeError} where it is on a device, or absent */
export function onHost(tensor: Tensor | DeviceTensor | undefined): Tensor {
  if (tensor !== undefined && "data" in tensor) return tensor;
  throw new TypeError(
    `a tensor in the host's memory is needed, and this one is ${tensor ? "on a device" : "absent"}`,
  );
}

/** A tensor of a graph or a file by its name. @throws {RangeError} where there is none of this name */
export function tensorNamed<Kind>(tensors: Readonly<Record<string, Kind>>, name: string): Kind {
  const tensor = tensors[name];
  if (tensor !== undefined) return tensor;
  const names = Object.keys(tensors).join(", ") || "none";
  throw new RangeError(`there is no tensor '${name}' (found: ${names})`);
}
