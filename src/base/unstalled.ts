/** The time for which a server may send nothing, in milliseconds. */
const PATIENCE = 60_000;

/**
 * A `fetch` that gives up where the server sends nothing for a while, before its answer or within it. How long all of it takes has no
 * limit: a slow server is one that can be waited for.
 *
 * @param patience in milliseconds
 * @returns a response whose body fails where it stalls
 * @throws {Error} with the time, where no answer begins
 */
export async function fetchUnstalled(
  input: Parameters<typeof fetch>[0],
  init: RequestInit = {},
  patience: number = PATIENCE,
): Promise<Response> {
  const stalled = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, stalled.signal]) : stalled.signal;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => stalled.abort(new Error(`it has sent nothing for ${patience / 1000} s`)),
      patience,
    );
  };
  wait();
  const response = await fetch(input, { ...init, signal }).finally(() => clearTimeout(timer));
  const { body, status, statusText, headers, url } = response;
  if (body === null) return response;
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      wait();
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return Object.defineProperty(new Response(watched, { status, statusText, headers }), "url", { value: url });
}
