/**
 * A plugin for `deno lint`: names that the project has replaced by the field's own are not declared again.
 *
 * @module
 */

/** Each name that is no longer declared in src, and the one that took its place. */
export const RETIRED: Readonly<Record<string, string>> = {
  follow: "runTrainer",
  answering: "buildClassifier",
  Answering: "BuiltClassifier",
  survey: "estimate",
  workbench: "resources",
  Workbench: "ResourceCache",
  Listener: "ProgressReporter",
  Told: "RunEvent",
  Tell: "PassLog",
  Deeds: "PassStats",
  say: "log",
  said: "what it is: a message, a description, …",
  told: "notify",
  HereRunner: "InProcessRunner",
  seat: "slot",
  FusedMember: "LockstepSlot",
  Moving: "TrainingState",
  Watched: "ValidationMetrics",
  taken: "toHost, or what it is",
  drop: "dispose",
  Form: "CompileTarget",
  remembered: "memoize",
  Moment: "UpdateInputs",
  moved: "exponentialMovingAverage, or what it is",
  Row: "OpDefinition, TableRow",
  Passage: "SelectionRule",
  fitted: "lowerForTarget, or what it is",
  right: "correct, second, …",
  there: "what it is",
  forWebgpu: "legalizeForWebgpu",
  truths: "booleans",
  modernize: "upgradeOpset",
  RECOGNITIONS: "FUSION_PATTERNS",
  sumEarly: "hoistBatchSum",
  separate: "splitPackedProjection",
  halfRead: "partiallyRead",
  keptBytes: "savedActivationBytes",
  bake: "exportClassifier",
  broken: "violations, failure, …",
  Broken: "RuleViolation",
  located: "withLocation",
  KeyError: "ConfigValueError",
  isMultiplied: "expandsToManyRuns",
  Turns: "SerialQueue",
  patientFetch: "fetchWithRetry",
  Meaning: "PromptInterpretation",
  GivenPrompt: "SourcePrompt",
  cut: "truncated, slice",
  saidOfKey: "withKeyContext",
  set: "setAtPath, overrides",
  behind: "after",
};

/** Keys that others read or write, which keep the names that they were published with: of a diff's JSON, and of the flag `--set`. */
const PUBLISHED: ReadonlySet<string> = new Set([
  "src/diff/flips.ts:broken",
  "src/report/phrases.ts:broken",
  "src/verbs/run.ts:set",
  "src/verbs/batch.ts:set",
  "src/verbs/validate.ts:set",
]);

const plugin: Deno.lint.Plugin = {
  name: "names",
  rules: {
    "retired": {
      create(context) {
        const file = context.filename.replaceAll("\\", "/").replace(/^.*\/(?=src\/)/, "");
        const isProduct = file.startsWith("src/");
        const check = (node: Deno.lint.Node | Deno.lint.Parameter | null | undefined) => {
          const isName = node?.type === "Identifier" || node?.type === "PrivateIdentifier";
          if (!isProduct || !isName || !Object.hasOwn(RETIRED, node.name)) return;
          if (PUBLISHED.has(`${file}:${node.name}`)) return;
          context.report({
            node,
            message: `'${node.name}' is no longer declared in this project: ${RETIRED[node.name]}`,
          });
        };
        /** The names that a pattern declares. */
        const pattern = (node: Deno.lint.Node | Deno.lint.Parameter | null | undefined): void => {
          switch (node?.type) {
            case "Identifier":
              return check(node);
            case "ArrayPattern":
              return node.elements.forEach(pattern);
            case "ObjectPattern":
              return node.properties.forEach((one) =>
                pattern(one.type === "RestElement" ? one.argument : one.value)
              );
            case "AssignmentPattern":
              return pattern(node.left);
            case "RestElement":
              return pattern(node.argument);
            case "TSParameterProperty":
              return pattern(node.parameter);
          }
        };
        const takes = (node: { readonly params: readonly Deno.lint.Parameter[] }) =>
          node.params.forEach(pattern);
        return {
          VariableDeclarator: (node) => pattern(node.id),
          FunctionDeclaration: (node) => (check(node.id), takes(node)),
          FunctionExpression: (node) => (check(node.id), takes(node)),
          ArrowFunctionExpression: takes,
          TSFunctionType: takes,
          TSDeclareFunction: (node) => (check(node.id), takes(node)),
          TSEmptyBodyFunctionExpression: takes,
          ClassDeclaration: (node) => check(node.id),
          ClassExpression: (node) => check(node.id),
          TSModuleDeclaration: (node) => check(node.id),
          TSInterfaceDeclaration: (node) => check(node.id),
          TSTypeAliasDeclaration: (node) => check(node.id),
          TSTypeParameter: (node) => check(node.name),
          TSEnumDeclaration: (node) => check(node.id),
          TSEnumMember: (node) => check(node.id),
          TSPropertySignature: (node) => check(node.key),
          TSMethodSignature: (node) => (check(node.key), takes(node)),
          TSNamedTupleMember: (node) => check(node.label),
          PropertyDefinition: (node) => check(node.key),
          AccessorProperty: (node) => check(node.key),
          MethodDefinition: (node) => check(node.key),
          TSAbstractPropertyDefinition: (node) => check(node.key),
          TSAbstractMethodDefinition: (node) => check(node.key),
          "ObjectExpression > Property": (node: Deno.lint.Property) => check(node.key),
          CatchClause: (node) => pattern(node.param),
          ImportSpecifier: (node) => check(node.local),
          ImportDefaultSpecifier: (node) => check(node.local),
          ImportNamespaceSpecifier: (node) => check(node.local),
          ExportAllDeclaration: (node) => check(node.exported),
          ExportSpecifier: (node) => check(node.exported),
        };
      },
    },
  },
};

export default plugin;
