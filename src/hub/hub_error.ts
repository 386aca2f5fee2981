/** The hub, or the way to it, fails: not what a person wrote is wrong. */
export class HubError extends Error {
  override readonly name = "HubError";
}
