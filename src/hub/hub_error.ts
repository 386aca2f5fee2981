/** The hub or the network fails; the user's input is not at fault. */
export class HubError extends Error {
  override readonly name = "HubError";
}
