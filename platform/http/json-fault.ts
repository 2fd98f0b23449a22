/**
 * Where a text stops being JSON (RFC 8259): the offset of the first character that cannot stand there, or the
 * text's length when it ends too early. Undefined for a valid text. Used only after `JSON.parse` has refused,
 * whose own messages quote the input and often name no place.
 */
export function jsonFaultOffset(text: string): number | undefined {
  const tokens =
    // oxlint-disable-next-line no-control-regex -- JSON strings must not hold control characters.
    /[ \t\r\n]*(?:([[\]{}:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;
  /** What may stand next: `value`, `valueOrEnd` (after `[`), `key`, `keyOrEnd` (after `{`), `colon`, `commaOrEnd`, `end`. */
  let expected = "value";
  const open: string[] = [];
  for (let offset = 0; ; offset = tokens.lastIndex) {
    tokens.lastIndex = offset;
    const match = tokens.exec(text);
    if (match === null) {
      const rest = offset + text.slice(offset).search(/[^ \t\r\n]|$/);
      return rest === text.length && expected === "end" ? undefined : rest;
    }
    const [whole, mark, string] = match;
    const at = offset + whole.search(/[^ \t\r\n]/);
    const next = step(mark ?? (string === undefined ? "literal" : "string"), expected, open);
    if (next === undefined) return at;
    expected = next;
  }
}

/** The state after a token, or undefined when the token cannot stand here. Keeps the open brackets. */
function step(token: string, expected: string, open: string[]): string | undefined {
  const wantsValue = expected === "value" || expected === "valueOrEnd";
  switch (token) {
    case "string":
      if (expected === "key" || expected === "keyOrEnd") return "colon";
      return wantsValue ? afterValue(open) : undefined;
    case "literal":
      return wantsValue ? afterValue(open) : undefined;
    case "[":
    case "{":
      if (!wantsValue) return undefined;
      open.push(token);
      return token === "[" ? "valueOrEnd" : "keyOrEnd";
    case "]":
      return closes("[", expected === "valueOrEnd" || expected === "commaOrEnd", open);
    case "}":
      return closes("{", expected === "keyOrEnd" || expected === "commaOrEnd", open);
    case ":":
      return expected === "colon" ? "value" : undefined;
    default:
      if (expected !== "commaOrEnd") return undefined;
      return open.at(-1) === "[" ? "value" : "key";
  }
}

function closes(bracket: string, mayClose: boolean, open: string[]): string | undefined {
  if (!mayClose || open.at(-1) !== bracket) return undefined;
  open.pop();
  return afterValue(open);
}

const afterValue = (open: readonly string[]) => (open.length === 0 ? "end" : "commaOrEnd");
