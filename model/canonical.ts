import serialize from "canonicalize";

/**
 * The one serializer of documents: RFC 8785 (sorted keys, shortest numbers, UTF-8), so that the same
 * document is the same bytes in API, storage and queue. Takes plain JSON values only: a `Map` would
 * silently become `{}`, `undefined` at the root has no bytes.
 */
export function canonicalJson(value: unknown): string {
  const text = serialize(value);
  if (text === undefined) throw new TypeError("The value has no JSON form.");
  return text;
}
