import type { DeviceTensor, ResidentSession, Tensor } from "../../src/device/device.ts";

/** What is on the device of `residentSession`s now: everything that was returned and not freed. */
export const onDevice = new Set<DeviceTensor>();

/** A session on a device of the test's own, whose tensors cannot be seen but through `read`. */
export function residentSession(
  compute: (feeds: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
): ResidentSession {
  const held = new WeakMap<DeviceTensor, Tensor>();
  const seen = async (tensor: Tensor | DeviceTensor) => "data" in tensor ? tensor : await tensor.read();
  const given = (tensor: Tensor): DeviceTensor => {
    const handle: DeviceTensor = {
      dims: tensor.dims,
      read: () =>
        onDevice.has(handle)
          ? Promise.resolve(held.get(handle)!)
          : Promise.reject(new Error("it was freed before it was read")),
      free: () => void onDevice.delete(handle),
    };
    held.set(handle, tensor);
    onDevice.add(handle);
    return handle;
  };
  return {
    inputNames: [],
    run: async (feeds) => {
      const here = await Promise.all(
        Object.entries(feeds).map(async ([name, tensor]) => [name, await seen(tensor)] as const),
      );
      const outputs = compute(Object.fromEntries(here));
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, given(tensor)]));
    },
    release: () => Promise.resolve(),
  };
}
