/**
 * A plugin for `Deno.lint.runPlugin`: lists of operators' names.
 *
 * @module
 */
import { OPERATORS } from "../../src/compiler/ops/mod.ts";

const isOperator = (node: Deno.lint.Node | null): boolean =>
  node?.type === "Literal" && typeof node.value === "string" && Object.hasOwn(OPERATORS, node.value);

/** What an equality compares with an operator's name; nothing where it does not. */
function comparedWithOperator(node: Deno.lint.Node): Deno.lint.Node | undefined {
  const isEquality = node.type === "BinaryExpression" && (node.operator === "===" || node.operator === "!==");
  return isEquality && isOperator(node.right) ? node.left : undefined;
}

/** Reports arrays, choices and switches that hold the names of two operators or more: what these share is a trait. */
const plugin: Deno.lint.Plugin = {
  name: "softprompt",
  rules: {
    "operator-lists": {
      create(context) {
        const check = (node: Deno.lint.Node, items: readonly (Deno.lint.Node | null)[]) => {
          if (items.filter(isOperator).length < 2) return;
          context.report({
            node,
            message: "a list of operators: make what they share a trait of their rows (OperatorTraits)",
          });
        };
        return {
          ArrayExpression: (node) => check(node, node.elements),
          SwitchStatement: (node) => check(node, node.cases.map(({ test }) => test)),
          LogicalExpression: (node) => {
            const [left, right] = [node.left, node.right].map(comparedWithOperator);
            if (!left || !right) return;
            const text = (one: Deno.lint.Node) => context.sourceCode.getText(one);
            if (text(left) === text(right)) {
              context.report({
                node,
                message: "a choice of operators: make what they share a trait of their rows",
              });
            }
          },
        };
      },
    },
  },
};

export default plugin;
