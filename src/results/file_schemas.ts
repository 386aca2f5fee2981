import { Ajv, type ValidateFunction } from "ajv";

const number = { type: "number" }, text = { type: "string" }, list = { type: "array" };

/** JSON has no infinite numbers and none that are undefined. */
const numberOrNone = { type: ["number", "null"] };

/** An object with these keys at least. */
const object = (
  properties: Readonly<Record<string, unknown>>,
  optional: Readonly<Record<string, unknown>> = {},
) => ({
  type: "object",
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
});

const accuracy = object({ value: number, interval: { ...list, items: number, minItems: 2, maxItems: 2 } });
const confusion = object({
  classes: { ...list, items: text },
  counts: { ...list, items: { ...list, items: number } },
});
const perClass = object({ precision: number, recall: number, support: number });

/** What runs of the first programs do not say is not asked for. */
const part = object({
  examples: { type: "integer" },
  accuracy,
  macro_f1: number,
  loss: number,
  per_class: { type: "object", additionalProperties: perClass },
  confusion,
}, { expected_calibration_error: number, illegal_rate: number });

const model = object({ source: text, file: text, sha256: text }, {
  revision: text,
  folder: text,
  files: { type: "object", additionalProperties: text },
});

const SCHEMAS = {
  "metrics.json": {
    ...object({ status: { enum: ["complete", "failed", "interrupted"] } }),
    if: { required: ["status"], properties: { status: { const: "complete" } } },
    then: object({ test: part }, {
      best_step: number,
      seconds: number,
      examples_per_second: numberOrNone,
      validation: part,
      transfer: { type: "object", additionalProperties: part },
      calibration: object({ before: object({ test: part }, { validation: part }) }, {
        shift: { type: "object", additionalProperties: number },
        temperature: number,
      }),
    }),
    else: object({ error: text }),
  },
  "environment.json": object({ model, content_hash: text }, {
    dataset: object({ name: text, sha256: text }),
    device: object({ kind: text, description: text }),
    files: { type: "object", additionalProperties: text },
  }),
  "ensemble.json": object({
    vote: text,
    members: {
      ...list,
      items: object({ run: text, accuracy: number }, { prompt_sha256: text }),
      minItems: 1,
    },
    average: number,
    sd: numberOrNone,
    best: number,
    ensemble: number,
  }),
} as const;

const ajv = new Ajv({ strict: false, ownProperties: true });
const validators = new Map<string, ValidateFunction>(
  Object.entries(SCHEMAS).map(([name, schema]) => [name, ajv.compile(schema)]),
);

/** What is wrong with the content of one of a run's files; `undefined` where nothing is. */
export function faultIn(name: keyof typeof SCHEMAS, content: unknown): string | undefined {
  const validate = validators.get(name)!;
  if (validate(content)) return undefined;
  const { instancePath, message } = validate.errors![0]!;
  return `${instancePath === "" ? "it" : `'${instancePath.slice(1).replaceAll("/", ".")}'`} ${message}`;
}
