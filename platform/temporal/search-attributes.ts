import type { Client } from "@temporalio/client";

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal.api.enums.v1. */
const keyword = 2;

/**
 * Registers what is missing of the keyword search attributes in the client's namespace, so that a fresh
 * server needs no preparation by hand. Several callers at once are safe.
 */
export async function ensureSearchAttributes(client: Client, names: readonly string[]): Promise<string[]> {
  const namespace = client.options.namespace;
  const operator = client.connection.operatorService;
  const known = await operator.listSearchAttributes({ namespace });
  const missing = names.filter((name) => known.customAttributes?.[name] === undefined);
  if (missing.length === 0) return [];
  await operator.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
  return missing;
}
