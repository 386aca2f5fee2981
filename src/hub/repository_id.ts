/** The form of the ids of repositories; `./models/x` and `../x` are folders. */
const ID = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** Whether a text can be the id of a repository on the hub: owner/name. */
export function canBeRepositoryId(text: string): boolean {
  return ID.test(text);
}
