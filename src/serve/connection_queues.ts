import type { Socket } from "node:net";

/** The number of requests that a connection may send ahead of their answers: with more it is closed. Browsers send one. */
const MOST_WAITING = 256;

/** Requests that one connection has sent ahead. */
interface Waiting {
  last: Promise<void>;
  count: number;
}

/**
 * Does the work for each connection one after the other: a client that sends requests ahead of their answers opens one file at a time,
 * however many it asks for.
 */
export class ConnectionQueues {
  private readonly waiting = new WeakMap<Socket, Waiting>();

  /** Does some work, which does not fail, after what the connection has asked for before; none for one that is closed. */
  add(socket: Socket, work: () => Promise<void>): void {
    const queue = this.waiting.get(socket) ?? { last: Promise.resolve(), count: 0 };
    this.waiting.set(socket, queue);
    if (++queue.count > MOST_WAITING) return void socket.destroy();
    queue.last = queue.last.then(() => socket.destroyed ? undefined : work()).finally(() => queue.count--);
  }
}
