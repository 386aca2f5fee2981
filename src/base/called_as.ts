/** Whether this is the project's own checkout: of a package, all modules are plain JavaScript. */
export const IS_CHECKOUT: boolean = import.meta.url.endsWith(".ts");

/** What a verb is called with: `deno task` in the checkout. */
export const COMMAND: string = IS_CHECKOUT ? "deno task" : "npx softprompt";

/** The end of an error that names how all permissions are given; empty in a package, whose launcher gives what a command line asks for. */
export const UNLIMITED: string = IS_CHECKOUT
  ? ", or call deno run -A src/main.ts …, which has all your permissions"
  : "";

/** Flags of `deno run` for a program: a package has all that it needs, and nothing of the folder that it is called in may take part. */
export const ALONE: readonly string[] = IS_CHECKOUT
  ? []
  : ["--no-config", "--no-lock", "--no-npm", "--no-remote"];
