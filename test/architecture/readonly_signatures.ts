/**
 * A plugin for `deno lint`: exported signatures of src take and hold readonly collections.
 *
 * @module
 */

/** The readonly form of each collection. */
const READONLY_FORM: ReadonlyMap<string, string> = new Map([
  ["Array", "readonly T[]"],
  ["Map", "ReadonlyMap"],
  ["Set", "ReadonlySet"],
]);

/** Whether a type is that of a parameter or a property of something exported, not of what is within a body or not public. */
function isExposed(ancestors: readonly Deno.lint.Node[]): boolean {
  const start = ancestors.findLastIndex(({ type }) => type === "ExportNamedDeclaration");
  if (start < 0) return false;
  const within = ancestors.slice(start);
  const isHidden = within.some((node) =>
    node.type === "BlockStatement" || node.type === "VariableDeclaration" ||
    "accessibility" in node && node.accessibility === "private"
  );
  return !isHidden && within.some((node, i) => {
    if (node.type === "TSPropertySignature" || node.type === "PropertyDefinition") return true;
    return "params" in node && Array.isArray(node.params) && node.params.some((one) => one === within[i + 1]);
  });
}

const plugin: Deno.lint.Plugin = {
  name: "signatures",
  rules: {
    "readonly-collections": {
      create(context) {
        const file = context.filename.replaceAll("\\", "/");
        if (!/\/?src\//.test(file) || /\/?src\/compiler\//.test(file)) return {};
        const report = (node: Deno.lint.Node, form: string) => {
          if (!isExposed(context.sourceCode.getAncestors(node))) return;
          context.report({
            node,
            message: `an exported signature takes and holds readonly collections: ${form}`,
          });
        };
        return {
          TSArrayType: (node) => {
            const { parent } = node;
            if (parent.type === "TSTypeOperator" && parent.operator === "readonly") return;
            report(node, "readonly T[]");
          },
          TSTypeReference: (node) => {
            const { typeName } = node;
            const form = typeName.type === "Identifier" ? READONLY_FORM.get(typeName.name) : undefined;
            if (form !== undefined) report(node, form);
          },
        };
      },
    },
  },
};

export default plugin;
