/** A verb of the command line, as a shell's completion needs it. */
export interface DescribedVerb {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly DescribedFlag[];
  readonly arguments: readonly DescribedArgument[];
}

/** A flag of a verb. */
export interface DescribedFlag {
  /** `--json` */
  readonly long: string;
  readonly description: string;
  /** Whether a value follows it. */
  readonly takesValue: boolean;
  /** The values that it takes; empty where it takes any, or none. */
  readonly choices: readonly string[];
  /** Whether it may be given several times. */
  readonly isRepeated: boolean;
}

/** An argument of a verb. */
export interface DescribedArgument {
  readonly name: string;
  /** Empty where it may be any; then it names a file or a folder. */
  readonly choices: readonly string[];
  readonly isVariadic: boolean;
}

/** The shells for which there are completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of these. */
export type Shell = typeof SHELLS[number];

/** The name of the command that is completed. */
export const COMMAND = "softprompt";

/** The first sentence of a description, up to where it explains. */
export function shortly(description: string): string {
  return description.split(/[;:(]/)[0]!.trim();
}
