import { Environment } from "@huggingface/jinja";
import type { ChatTemplate } from "../model/chat_template.ts";
import { isObject } from "../model/special_tokens.ts";
import { JinjaInterpreter } from "./jinja_interpreter.ts";
import { type JinjaProgram, readJinja } from "./jinja_source.ts";
import type { JinjaValue } from "./jinja_values.ts";
import { strftime } from "./strftime.ts";
import { templateError } from "./template_error.ts";

/** The longest chat template, in characters: the library takes time that grows with the square of the blanks in it. */
const LONGEST_SOURCE = 50_000;

/** The most steps of one rendering: parts of the template that are evaluated, and the sizes of what they give. At most a few seconds. */
const MOST_STEPS = 2_000_000;

/** The characters of a text that are read as fast as one part of the template is evaluated, … */
const CHARACTERS_OF_STEP = 128;

/** … and the elements of a list. */
const ELEMENTS_OF_STEP = 16;

/** The longest text, in characters, and the longest `range`, in elements, that a step may make. */
const LONGEST_TEXT = 1 << 20;
const LONGEST_RANGE = 100_000;

/** A model's chat template, which comes with the model and need not end: the steps and sizes of a rendering are limited. */
export class ChatRenderer {
  private readonly program: JinjaProgram;

  /** @throws where it is too long, or no template in Jinja */
  constructor(private readonly chat: ChatTemplate) {
    if (chat.source.length > LONGEST_SOURCE) {
      throw this.error(`is longer than ${LONGEST_SOURCE.toLocaleString("en")} characters`);
    }
    this.program = readJinja(chat.source);
  }

  /**
   * Renders the template with the model's special tokens and further values.
   *
   * @throws where it refuses the values
   * @throws {ConfigValueError} where it takes more steps, or makes longer texts, than a chat needs
   */
  render(values: Readonly<Record<string, unknown>>): string {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...this.globals(), ...this.chat.specials, ...values })) {
      environment.set(name, value);
    }
    const interpreter = new LimitedInterpreter(environment, () => {
      throw this.error("takes too many steps or makes too long texts (does it end?)");
    });
    return String(interpreter.run(this.program).value);
  }

  /** The names that the library gives to all templates. */
  private globals(): Record<string, unknown> {
    const constants = { true: true, false: false, none: null };
    return {
      ...constants,
      ...Object.fromEntries(
        Object.entries(constants).map(([name, value]) => [name[0]!.toUpperCase() + name.slice(1), value]),
      ),
      raise_exception: (what: string) => {
        throw new Error(what);
      },
      range: (from: number, to?: number, step = 1) =>
        this.range(to === undefined ? 0 : from, to ?? from, step),
      strftime_now: (format: string) => strftime(new Date(), format),
    };
  }

  private range(start: number, stop: number, step: number): number[] {
    const length = Math.max(0, Math.ceil((stop - start) / step));
    if (Number.isNaN(length) || step === 0) throw new Error("range() takes numbers, and a step other than 0");
    if (length > LONGEST_RANGE) throw this.error(`has a range of ${length.toLocaleString("en")} elements`);
    return Array.from({ length }, (_, i) => start + i * step);
  }

  private error(what: string): Error {
    return templateError(
      `the chat template in the model's ${this.chat.file} ${what}: write 'prompt.template' as words`,
    );
  }
}

/** Counts what it evaluates and the turns of loops. A step's value is walked through whole, as writing it as text would. */
class LimitedInterpreter extends JinjaInterpreter {
  private left = MOST_STEPS;
  /** What loops go through: a turn with an empty body evaluates nothing. */
  private readonly iterated = new WeakSet();

  constructor(environment: Environment, private readonly stop: () => never) {
    super(environment);
  }

  override evaluate(...[node, environment]: Parameters<JinjaInterpreter["evaluate"]>): JinjaValue {
    this.spend(1);
    if (node !== undefined && "iterable" in node && isObject(node.iterable)) this.iterated.add(node.iterable);
    const result = super.evaluate(node, environment);
    this.walk(result.value);
    if (node !== undefined && this.iterated.has(node)) this.spend(turns(result.value));
    return result;
  }

  private walk(value: JinjaValue["value"]): void {
    if (typeof value === "string") {
      if (value.length > LONGEST_TEXT) this.stop();
      this.spend(value.length / CHARACTERS_OF_STEP);
    } else if (Array.isArray(value) || value instanceof Map) {
      this.spend(1 / ELEMENTS_OF_STEP);
      for (const element of value.values()) {
        this.spend(1 / ELEMENTS_OF_STEP);
        this.walk(element.value);
      }
    }
  }

  private spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) this.stop();
  }
}

function turns(value: JinjaValue["value"]): number {
  return Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
}
