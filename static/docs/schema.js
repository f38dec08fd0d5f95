// JSON schemas as people read them: names, types, bounds, and what stands behind a reference when it is opened.

import { element, inline, unfolding } from "./dom.js";

/** Follows a reference within a document. */
export function resolve(root, value) {
  let found = value;
  for (let hops = 0; found && found.$ref && hops < 10; hops += 1) {
    found = found.$ref.slice(2).split("/").reduce((part, key) => part?.[unescaped(key)], root);
  }
  return found ?? {};
}

const unescaped = (key) => key.replaceAll("~1", "/").replaceAll("~0", "~");
const nameOf = (reference) => unescaped(reference.split("/").pop());
const isNull = (schema) => schema.type === "null";

/** A schema in a few words: `Address`, `array of string`, `integer or null`. */
function words(schema) {
  if (schema === true || Object.keys(schema).length === 0) return "anything";
  if (schema.$ref) return nameOf(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.allOf?.length === 1) return words(schema.allOf[0]);
  const choices = schema.anyOf ?? schema.oneOf;
  if (!schema.type && choices?.every((choice) => choice.$ref || isNull(choice))) {
    return choices.map(words).join(" or ");
  }
  if (schema.type === "array") return `array of ${words(schema.items ?? true)}`;
  if (schema.enum && schema.enum.length <= 3) return schema.enum.map((one) => JSON.stringify(one)).join(" or ");
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  return schema.type ?? (choices ? "one of several" : "anything");
}

/** What leads to the details of a field. */
function details(field) {
  const name = words(field.items ?? field).replace(" or null", "");
  return /^[A-Z]\w*$/.test(name) ? `What ${/^[AEIOU]/.test(name) ? "an" : "a"} ${name} is` : "Details";
}

/** The bounds of a schema. */
function bounds(schema) {
  const said = [];
  const { minimum, maximum } = schema;
  // The bounds of the machine's own numbers tell nothing.
  const wide = maximum !== undefined && maximum >= 2 ** 31 - 1;
  if (minimum !== undefined && !wide) said.push(`${minimum} to ${maximum ?? "…"}`);
  if (schema.maxLength !== undefined) said.push(`at most ${schema.maxLength} characters`);
  if (schema.maxItems !== undefined) said.push(`${schema.minItems ?? 0} to ${schema.maxItems} of them`);
  if (schema.default !== undefined) said.push(`${JSON.stringify(schema.default)} if left out`);
  return said.join("; ");
}

/** What there is to see behind a schema's words, or nothing. */
function inside(root, schema) {
  const target = resolve(root, schema.allOf?.length === 1 ? schema.allOf[0] : schema);
  if (target.type === "array" && target.items) return inside(root, target.items);
  const choices = (target.anyOf ?? target.oneOf ?? []).filter((choice) => !isNull(choice));
  const plainEnum = target.enum && target.enum.length > 3;
  if (target.properties || choices.length > 0 || plainEnum || target.pattern) return target;
  return undefined;
}

/** The whole of a schema. */
export function schemaView(root, given) {
  const schema = resolve(root, given);
  const parts = [];
  if (schema.type === "array" && schema.items) return schemaView(root, schema.items);
  if (schema.enum) parts.push(element("p", { class: "values" }, schema.enum.map((one) => [element("code", {}, JSON.stringify(one)), " "])));
  if (schema.pattern) parts.push(unfolding({ class: "pattern" }, "Pattern", () => element("code", { class: "wrap" }, schema.pattern)));
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length > 0) {
    const required = schema.required ?? [];
    parts.push(element("ul", { class: "fields" }, properties.map(([name, field]) => fieldView(root, name, field, required.includes(name)))));
  } else if (schema.type === "object" && !schema.anyOf && !schema.oneOf) {
    parts.push(element("p", { class: "note" }, "An empty object."));
  }
  // A choice without words only forbids; what it forbids stands in the fields' descriptions.
  const choices = (schema.oneOf ?? schema.anyOf ?? []).filter((choice) => !isNull(choice) && words(choice) !== "anything");
  if (choices.length > 0) {
    parts.push(element("p", { class: "note" }, properties.length > 0 ? "With one of these:" : "One of these:"));
    parts.push(element("ul", { class: "choices" }, choices.map((choice, index) => choiceView(root, choice, index))));
  }
  if (parts.length === 0) parts.push(element("p", { class: "note" }, words(schema)));
  return element("div", { class: "schema" }, parts);
}

function fieldView(root, name, field, required) {
  const target = inside(root, field);
  const title = [
    element("code", { class: "field" }, name),
    element("span", { class: "type" }, words(field)),
    required && element("span", { class: "required" }, "required"),
  ];
  const limits = bounds(field.$ref ? resolve(root, field) : field);
  const text = field.description ?? resolve(root, field).description;
  const about = element("div", { class: "about" }, inline(text), limits && element("span", { class: "limits" }, ` (${limits})`));
  const more = target && unfolding({ class: "more" }, details(field), () => schemaView(root, target));
  return element("li", {}, element("div", { class: "line" }, title), about, more);
}

function choiceView(root, choice, index) {
  const target = resolve(root, choice);
  const kind = target.properties?.kind?.const;
  const named = choice.title ?? target.title ?? (kind && `kind ${JSON.stringify(kind)}`) ?? words(choice);
  const about = element("span", { class: "about" }, inline(target.description ?? ""));
  const open = inside(root, choice);
  if (!open) return element("li", {}, element("span", { class: "type" }, named), " ", about);
  const summary = [element("span", { class: "type" }, named ?? `Form ${index + 1}`), " ", about];
  return element("li", {}, unfolding({ class: "more" }, summary, () => [examplesOf(target), schemaView(root, target)]));
}

function examplesOf(schema) {
  if (!schema.examples) return [];
  return [element("p", { class: "values" }, schema.examples.map((one) => [element("code", {}, JSON.stringify(one)), " "]))];
}

/** A schema's words and bounds for a table of parameters. */
export function brief(root, schema) {
  const resolved = resolve(root, schema);
  return [words(schema), bounds(resolved)].filter((part) => part !== "").join(", ");
}
