/**
 * A plugin for `Deno.lint.runPlugin`: lists of operators' names.
 *
 * @module
 */
import { OPERATORS } from "../../src/compiler/ops/mod.ts";

/** From this number on, names that stand apart (keys, comparisons in a function) are a list; those that stand together are one from two on. */
const MANY = 3;

const isOperatorName = (value: unknown): value is string =>
  typeof value === "string" && Object.hasOwn(OPERATORS, value);

const isOperator = (node: Deno.lint.Node | null): boolean =>
  node?.type === "Literal" && isOperatorName(node.value);

/** The name that an entry of a list begins with, where it is a list itself: `["Add", 1]`. */
const headOf = (node: Deno.lint.Node | null): Deno.lint.Node | null =>
  node?.type === "ArrayExpression" ? node.elements[0] ?? null : node;

/** Whether a property's key is an operator's name, quoted or not. */
function isOperatorKey(node: Deno.lint.Node): boolean {
  if (node.type !== "Property" || node.computed) return false;
  return node.key.type === "Identifier" ? isOperatorName(node.key.name) : isOperator(node.key);
}

/** What is compared with an operator's name, and the name. */
interface Comparison {
  readonly of: Deno.lint.Node;
  readonly name: string;
}

/** The comparison with an operator's name that a node is; nothing where it is none. */
function comparisonOf(node: Deno.lint.Node): Comparison | undefined {
  const isEquality = node.type === "BinaryExpression" && (node.operator === "===" || node.operator === "!==");
  if (!isEquality || node.right.type !== "Literal" || !isOperatorName(node.right.value)) return undefined;
  return { of: node.left, name: node.right.value };
}

const isFunction = ({ type }: Deno.lint.Node): boolean =>
  type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";

/**
 * Reports where several operators are named: in arrays, keys of objects, choices, switches, and chains of comparisons of one
 * thing in a function. What these operators share is a trait.
 */
const plugin: Deno.lint.Plugin = {
  name: "softprompt",
  rules: {
    "operator-lists": {
      create(context) {
        const report = (node: Deno.lint.Node, what: string) =>
          context.report({
            node,
            message: `${what}: make what they share a trait of their rows (OperatorTraits)`,
          });
        const check = (node: Deno.lint.Node, items: readonly (Deno.lint.Node | null)[]) => {
          if (items.filter(isOperator).length >= 2) report(node, "a list of operators");
        };
        const textOf = (node: Deno.lint.Node) => context.sourceCode.getText(node);
        /** The names that each thing is compared with, by the function that does so. */
        const compared = new Map<Deno.lint.Node | undefined, Map<string, Set<string>>>();
        return {
          ArrayExpression: (node) => check(node, node.elements.map(headOf)),
          ObjectExpression: (node) => {
            if (node.properties.filter(isOperatorKey).length >= MANY) report(node, "a table of operators");
          },
          SwitchStatement: (node) => check(node, node.cases.map(({ test }) => test)),
          LogicalExpression: (node) => {
            const [left, right] = [node.left, node.right].map(comparisonOf);
            if (left && right && textOf(left.of) === textOf(right.of)) report(node, "a choice of operators");
          },
          BinaryExpression: (node) => {
            const comparison = comparisonOf(node);
            if (comparison === undefined) return;
            const within = context.sourceCode.getAncestors(node).findLast(isFunction);
            const things = compared.get(within) ?? new Map<string, Set<string>>();
            const names = things.get(textOf(comparison.of)) ?? new Set<string>();
            if (!names.has(comparison.name) && names.size === MANY - 1) report(node, "a chain of operators");
            names.add(comparison.name);
            things.set(textOf(comparison.of), names);
            compared.set(within, things);
          },
        };
      },
    },
  },
};

export default plugin;
