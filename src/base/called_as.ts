/** Whether this is the project's own checkout: of a package, all modules are plain JavaScript. */
export const IS_CHECKOUT: boolean = import.meta.url.endsWith(".ts");

/** What a verb is called with: `deno task` in the checkout. */
export const COMMAND: string = IS_CHECKOUT ? "deno task" : "npx softprompt";
