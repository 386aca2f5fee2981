import type { SchemaPart } from "./schema_part.ts";

/**
 * A schema with each reference replaced by what it refers to: for code that walks it. What stands beside a reference (its own
 * description, its own default) takes precedence; a replaced key tells the definition that it is from. Validators of draft 7 ignore what stands there, so it must not restrict values.
 *
 * @param schema a schema whose references are to keys of its definitions, `#/definitions/<name>/properties/<key>`, and form no cycle
 * @throws {Error} where a reference is to nothing
 */
export function withoutReferences({ definitions = {}, ...schema }: SchemaPart): SchemaPart {
  const all = (parts: Readonly<Record<string, SchemaPart>>) =>
    Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, expanded(part)]));
  const expanded = ({ $ref, ...own }: SchemaPart): SchemaPart => {
    const part: SchemaPart = $ref === undefined ? own : { ...referredTo($ref, definitions), ...own };
    const { properties, additionalProperties, items, then, else: otherwise } = part;
    return {
      ...part,
      ...(properties && { properties: all(properties) }),
      ...(typeof additionalProperties === "object" &&
        { additionalProperties: expanded(additionalProperties) }),
      ...(items && { items: expanded(items) }),
      ...(then && { then: expanded(then) }),
      ...(otherwise && { else: expanded(otherwise) }),
    };
  };
  return { ...expanded(schema), definitions };
}

function referredTo(reference: string, definitions: Readonly<Record<string, SchemaPart>>): SchemaPart {
  const [, name = "", key = ""] = /^#\/definitions\/([^/]+)\/properties\/([^/]+)$/.exec(reference) ?? [];
  const part = definitions[name]?.properties?.[key];
  if (part === undefined) throw new Error(`the schema has nothing at ${reference}`);
  return { ...part, sharedFrom: name };
}
