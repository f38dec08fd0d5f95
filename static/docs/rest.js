// The OpenAPI document: operations by tag, each with its parameters, bodies, answers, and a form.

import { block, element, inline, paragraphs, unfolding } from "./dom.js";
import { brief, resolve, schemaView } from "./schema.js";
import { requestForm } from "./request.js";

const VERBS = ["post", "get", "put", "patch", "delete"];

/** The view: its body, and its contents by tag. */
export function restView(root) {
  const operations = Object.entries(root.paths).flatMap(([path, item]) =>
    VERBS.filter((verb) => item[verb]).map((verb) => {
      const parameters = [...(item.parameters ?? []), ...(item[verb].parameters ?? [])];
      return { ...item[verb], path, verb, parameters: parameters.map((one) => resolve(root, one)) };
    }));
  const groups = root.tags.map((tag) => ({ ...tag, operations: operations.filter((one) => one.tags.includes(tag.name)) }));
  const body = groups.map((group) =>
    element("section", { class: "group" }, element("h2", {}, group.name), paragraphs(group.description),
      group.operations.map((operation) => operationView(root, operation))));
  const contents = groups.map((group) =>
    [group.name, group.operations.map((operation) => [`rest/${operation.operationId}`, operation.operationId])]);
  return { body: element("div", {}, body), contents };
}

function operationView(root, operation) {
  const { operationId, verb, path, summary } = operation;
  const title = [
    element("span", { class: `verb ${verb}` }, verb.toUpperCase()),
    element("code", { class: "path" }, path.replace("/api/v1/sessions/{session}/", "…/")),
    element("span", { class: "summary" }, inline(summary)),
  ];
  const attributes = { class: "operation", id: `rest/${operationId}`, "data-testid": `docs-op-${operationId.replaceAll(".", "-")}` };
  return unfolding(attributes, title, () => element("div", { class: "inside" },
    element("p", {}, element("code", { class: "wrap" }, `${verb.toUpperCase()} ${path}`)),
    operation.description !== `${summary}.` && operation.description !== summary && paragraphs(operation.description),
    parametersView(root, operation.parameters),
    bodyView(root, operation.requestBody),
    element("h4", {}, "Answers"),
    Object.entries(operation.responses).map(([status, answer]) => answerView(root, status, resolve(root, answer))),
    operation.responses["101"] ? element("p", { class: "note" }, "Try it on the page of the WebSocket.") : requestForm(root, operation)));
}

function parametersView(root, parameters) {
  if (parameters.length === 0) return [];
  const row = (parameter) => element("li", {},
    element("div", { class: "line" },
      element("code", { class: "field" }, parameter.name),
      element("span", { class: "type" }, `${parameter.in}, ${brief(root, parameter.schema)}`),
      parameter.required && element("span", { class: "required" }, "required")),
    element("div", { class: "about" }, inline(parameter.description)),
    parameter.schema.items?.enum && element("div", { class: "values" },
      parameter.schema.items.enum.map((one) => [element("code", {}, one), " "])));
  return [element("h4", {}, "Parameters"), element("ul", { class: "fields" }, parameters.map(row))];
}

function bodyView(root, body) {
  if (!body) return [];
  return [
    element("h4", {}, "Body", !body.required && element("span", { class: "note" }, " may be left out")),
    Object.values(body.content).map((media) => schemaView(root, media.schema)),
  ];
}

function answerView(root, status, answer) {
  const kind = status < "400" ? "good" : "bad";
  const title = [element("span", { class: `status ${kind}` }, status), " ", inline(answer.description)];
  return unfolding({ class: "answer" }, title, () => [
    Object.entries(answer.headers ?? {}).map(([name, header]) =>
      element("p", { class: "note" }, element("code", {}, name), ": ", inline(header.description))),
    Object.entries(answer.content ?? {}).map(([media, content]) => [
      element("p", { class: "note" }, element("code", {}, media)),
      Object.entries(content.examples ?? {}).map(([name, example]) => block(example.value, `Example: ${name}`)),
      unfolding({ class: "more" }, "Schema", () => schemaView(root, content.schema)),
    ]),
  ]);
}
