/** Says why a step cannot be recorded and replayed: it is then taken as without a recording. */
export class ReplayRefusal extends Error {
  override readonly name: string = "ReplayRefusal";
}
