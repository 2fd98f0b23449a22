import { z } from "zod";
import type { Operation } from "./document.ts";
import type { Request } from "./requests.ts";
import { type Answer, problemOf, send } from "./walk.ts";
import type { World } from "./world.ts";

/** What an answer has that the description does not promise, or undefined. */
function strayFrom({ answers }: Operation, answer: Answer): string | undefined {
  const { status, headers, text } = answer;
  const described = answers[String(status)];
  if (described === undefined) return `answered ${status}, which is not listed: ${text.slice(0, 300)}`;
  if (status >= 400)
    return typeof problemOf(answer) === "string" ? `answered ${status} without a problem` : undefined;
  if (described.content === undefined) return text === "" ? undefined : `answered ${status} with a body`;
  const type = headers.get("content-type")?.split(";")[0] ?? "nothing";
  const media = described.content[type];
  if (media?.schema === undefined) return `answered ${type}, which is not listed`;
  if (!type.endsWith("json") || type.endsWith("ndjson")) return undefined;
  const value: unknown = media.schema.type === "string" ? text : JSON.parse(text);
  const parsed = z.fromJSONSchema(media.schema as z.core.JSONSchema.JSONSchema).safeParse(value);
  return parsed.success ? undefined : `answered ${z.prettifyError(parsed.error)}`;
}

/** Sends each request and answers a line for each whose answer the description does not promise. */
export async function strays(
  world: World,
  requests: readonly (readonly [Operation, Request])[],
): Promise<string[]> {
  const found: string[] = [];
  for (const [operation, request] of requests) {
    const stray = strayFrom(operation, await send(world, request));
    if (stray !== undefined) found.push(`${request.method} ${request.path} ${stray}`);
  }
  return found;
}
