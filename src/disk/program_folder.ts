import { fromFileUrl } from "@std/path";

/** The program's own folder, with the data, the model and the templates that come with it. */
export const PROGRAM_FOLDER: string = fromFileUrl(new URL("../../", import.meta.url));
