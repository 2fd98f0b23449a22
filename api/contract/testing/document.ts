import type { Access } from "../../../platform/http/access.ts";
import type { HttpApp } from "../../../platform/http/env.ts";

/** A JSON schema as the API description writes it, as far as the walk reads it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
}

export interface Content {
  readonly description?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface Operation {
  /** As in `POST /api/v1/scheduler/runs`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly scope: Access;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly body: (Content & { readonly required: boolean }) | undefined;
  /** By status, with the shared answers put in. */
  readonly answers: Readonly<Record<string, Content>>;
}

type Node = Record<string, unknown>;

/** The API description that the app itself gives out, and each operation of it, with all references resolved. */
export async function readDescription(app: HttpApp): Promise<{ document: Node; operations: Operation[] }> {
  const document = (await (await app.request("/openapi.json")).json()) as Node;
  const paths = document["paths"] as Record<string, Record<string, Node>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, node]) => {
      const operation = resolved(document, node) as Node;
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        scope: operation["x-scope"] as Access,
        summary: operation["summary"] as string,
        description: operation["description"] as string,
        parameters: (operation["parameters"] ?? []) as Parameter[],
        body: operation["requestBody"] as Operation["body"],
        answers: operation["responses"] as Operation["answers"],
      };
    }),
  );
  return { document, operations };
}

export function parametersIn(operation: Operation, place: Parameter["in"]): Parameter[] {
  return operation.parameters.filter((parameter) => parameter.in === place);
}

/** The JSON body of an operation, where its schema says what is in it; undefined for other bodies. */
export function jsonBodyOf({ body }: Operation): { schema: Schema; example: unknown } | undefined {
  const media = body?.content?.["application/json"];
  if (media?.schema === undefined || media.schema.format === "binary") return undefined;
  return { schema: media.schema, example: media.example };
}

/** The first type of body that has an example, with that example. */
export function exampleBodyOf({ body }: Operation): { type: string; example: unknown } | undefined {
  const found = Object.entries(body?.content ?? {}).find(([, { example }]) => example !== undefined);
  return found && { type: found[0], example: found[1].example };
}

/** A node with `$ref`s replaced by what they refer to. @throws when one leads nowhere. */
function resolved(document: Node, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((inner) => resolved(document, inner));
  if (typeof node !== "object" || node === null) return node;
  const ref = (node as { $ref?: unknown }).$ref;
  if (typeof ref === "string") return resolved(document, target(document, ref));
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, resolved(document, inner)]));
}

function target(document: Node, ref: string): unknown {
  const found = ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((node, step) => (node as Node | undefined)?.[step], document);
  if (found === undefined) throw new Error(`${ref} leads nowhere`);
  return found;
}
