import { InferenceSession } from "onnxruntime-node";

/** Runs an action, and counts the sessions that the native ONNX Runtime opens meanwhile and those that it does not release. */
export async function countingSessions(
  act: () => Promise<unknown>,
): Promise<{ opened: number; left: number }> {
  const { create } = InferenceSession;
  let opened = 0;
  const left = new Set<InferenceSession>();
  const recording = async (...given: Parameters<typeof create>) => {
    const session = await create.apply(InferenceSession, given);
    const { release } = session;
    session.release = () => (left.delete(session), release.call(session));
    left.add(session);
    opened++;
    return session;
  };
  Object.assign(InferenceSession, { create: recording });
  try {
    await act();
  } finally {
    Object.assign(InferenceSession, { create });
  }
  return { opened, left: left.size };
}
