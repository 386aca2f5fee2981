import { Environment, Interpreter } from "@huggingface/jinja";
import { isObject } from "../model/special_tokens.ts";
import { type FilterArguments, filtered } from "./jinja_filters.ts";
import { memberOf, sliced } from "./jinja_members.ts";
import { operate } from "./jinja_operators.ts";
import { holdsTest } from "./jinja_tests.ts";
import { isUndefined, type JinjaValue, valueOf, written } from "./jinja_values.ts";

type Evaluated = Parameters<Interpreter["evaluate"]>;
type Part = NonNullable<Evaluated[0]>;
type Scope = Evaluated[1];

/** The lists of what is written one after the other, in all parts that have such. */
const WRITTEN = ["body", "alternate", "defaultBlock"];

/** The parts that are values and not statements, which give `null` where they write nothing. */
const VALUE = /Expression$|Literal$|^Identifier$|^Ternary$/;

/** Filters that a block of text may have. */
const OF_BLOCKS = ["safe", "upper", "lower"];

/**
 * @huggingface/jinja, which follows JavaScript in places, with the results of Jinja and Python there: operators, methods, filters, tests,
 * slices, what is written of a value, and the names that a turn of a loop and a macro see.
 *
 * @throws as it evaluates, where a result is not known to be Jinja's
 */
export class JinjaInterpreter extends Interpreter {
  private readonly seen = new WeakSet();
  private readonly written = new WeakSet();
  /** Values that stand in the places of parts. */
  private readonly constants = new WeakMap<Part, JinjaValue>();
  /** The names of a loop by the part with which its turns begin. */
  private readonly turns = new WeakMap<Part, readonly string[]>();

  override evaluate(...[part, scope]: Evaluated): JinjaValue {
    if (part === undefined) return super.evaluate(part, scope);
    const constant = this.constants.get(part);
    if (constant !== undefined) return constant;
    const names = this.turns.get(part);
    if (names !== undefined) return beginTurn(names, scope);
    if (!this.seen.has(part)) this.look(part);
    const value = this.own(part, scope) ?? super.evaluate(part, scope);
    if (part.type === "Macro") bindMacro(part, scope);
    // Nothing is written of what is undefined.
    return this.written.has(part) && !isUndefined(value) ? valueOf(written(value)) : value;
  }

  /** Notes which values a part writes, and where its turns begin. @throws on a number that JavaScript does not have */
  private look(part: Part): void {
    this.seen.add(part);
    const content = contentOf(part);
    for (const one of WRITTEN.flatMap((key) => content[key])) {
      if (isPart(one) && VALUE.test(one.type)) this.written.add(one);
    }
    if (part.type === "For" && Array.isArray(content.body)) {
      const turn = { type: "Comment" };
      this.turns.set(turn, namesIn(content.loopvar));
      content.body.unshift(turn);
    }
    if (part.type === "IntegerLiteral" && !Number.isSafeInteger(content.value)) {
      throw new Error("it has an integer of more than 53 bits");
    }
  }

  /** The value of a part for which the library's is not used. */
  private own(part: Part, scope: Scope): JinjaValue | undefined {
    const content = contentOf(part);
    const value = (key: string) => this.evaluate(partIn(content, key), scope);
    switch (part.type) {
      case "BinaryExpression": {
        const operator = nameIn(content.operator);
        if (operator === "and" || operator === "or") return undefined;
        return operate(operator, value("left"), value("right"));
      }
      case "MemberExpression": {
        const object = value("object");
        const { property } = content;
        if (isPart(property) && property.type === "SliceExpression") {
          const bound = (key: string) => this.evaluate(partIn(contentOf(property), key), scope);
          return sliced(object, bound("start"), bound("stop"), bound("step"));
        }
        const isDot = content.computed !== true;
        const isName = isDot && isPart(property) && property.type === "Identifier";
        return memberOf(object, isName ? valueOf(nameIn(property)) : value("property"), isDot);
      }
      case "TestExpression": {
        const operand = value("operand");
        const holds = holdsTest(nameIn(content.test), operand);
        if (holds !== undefined) return valueOf(holds !== (content.negate === true));
        return super.evaluate(this.withOperand(content, part.type, operand), scope);
      }
      case "FilterExpression": {
        const operand = value("operand");
        const { name, ...given } = this.filterIn(content.filter, scope);
        return filtered(name, operand, given) ??
          super.evaluate(this.withOperand(content, part.type, operand), scope);
      }
      case "FilterStatement": {
        const { name } = this.filterIn(content.filter, scope);
        if (!OF_BLOCKS.includes(name)) throw new Error(`it has the filter '${name}' of a block`);
      }
    }
    return undefined;
  }

  /** A part whose operand has been evaluated. */
  private withOperand(
    content: Readonly<Record<string, unknown>>,
    type: string,
    operand: JinjaValue,
  ): Part {
    const constant = { type: "Constant" };
    this.constants.set(constant, operand);
    const changed = { ...content, type, operand: constant };
    return changed;
  }

  private filterIn(filter: unknown, scope: Scope): FilterArguments & { readonly name: string } {
    const content = isObject(filter) ? filter : {};
    const isCall = content.type === "CallExpression";
    const name = nameIn(isCall ? content.callee : content);
    const given: JinjaValue[] = [];
    const named = new Map<string, JinjaValue>();
    for (const one of isCall && Array.isArray(content.args) ? content.args : []) {
      if (!isPart(one) || one.type.includes("Spread")) throw new Error(`it spreads arguments of '${name}'`);
      if (one.type !== "KeywordArgumentExpression") given.push(this.evaluate(one, scope));
      else named.set(nameIn(contentOf(one).key), this.evaluate(partIn(contentOf(one), "value"), scope));
    }
    return { name, given, named };
  }
}

/** Python keeps nothing that a turn of a loop has set for the next one. */
function beginTurn(names: readonly string[], scope: Scope): JinjaValue {
  for (const name of scope.variables.keys()) if (!names.includes(name)) scope.variables.delete(name);
  return valueOf(null);
}

/** The names that each turn of a loop is given. */
function namesIn(target: unknown): readonly string[] {
  const names = isObject(target)
    ? [target.value].flat().map((one) => typeof one === "string" ? one : nameIn(one))
    : [];
  return ["loop", "namespace", ...names];
}

/** A macro sees the names around it, and not those around its call; of these only the block that it is called with. */
function bindMacro(part: Part, scope: Scope): void {
  const macro = scope.lookupVariable(nameIn(contentOf(part).name));
  const { value: call } = macro;
  if (typeof call !== "function") return;
  Object.assign(macro, {
    value: (given: Parameters<typeof call>[0], from: Scope) => {
      const around = new Environment(scope);
      const caller = from.variables.get("caller");
      if (caller !== undefined) around.setVariable("caller", caller);
      return call(given, around);
    },
  });
}

function isPart(value: unknown): value is Part {
  return isObject(value) && typeof value.type === "string";
}

/** What the library keeps in a part, by name. */
function contentOf(part: Part): Readonly<Record<string, unknown>> {
  return { ...part };
}

function partIn(content: Readonly<Record<string, unknown>>, key: string): Part | undefined {
  const part = content[key];
  return isPart(part) ? part : undefined;
}

/** The name that an identifier or an operator is. */
function nameIn(value: unknown): string {
  return isObject(value) ? String(value.value) : "";
}
