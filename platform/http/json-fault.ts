/**
 * Where a text stops being JSON (RFC 8259): the offset of the first character that cannot stand there, or the
 * text's length when it ends too early. Undefined for a valid text. Used only after `JSON.parse` has refused,
 * whose own messages quote the input and often name no place.
 */
export function jsonFaultOffset(text: string): number | undefined {
  const tokens = /[ \t\r\n]*(?:([[\]{}:,"])|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
  /** What may stand next: `value`, `valueOrEnd` (after `[`), `key`, `keyOrEnd` (after `{`), `colon`, `commaOrEnd`, `end`. */
  let expected = "value";
  const open: string[] = [];
  for (let offset = 0; ;) {
    tokens.lastIndex = offset;
    const match = tokens.exec(text);
    if (match === null) {
      const rest = offset + text.slice(offset).search(/[^ \t\r\n]|$/);
      return rest === text.length && expected === "end" ? undefined : rest;
    }
    const [whole, mark] = match;
    const at = offset + whole.search(/[^ \t\r\n]/);
    const end = mark === '"' ? endOfString(text, at) : tokens.lastIndex;
    const next = end === undefined ? undefined : step(mark ?? "literal", expected, open);
    if (end === undefined || next === undefined) return at;
    expected = next;
    offset = end;
  }
}

/** The offset behind the string that opens at `start`. A pattern of that many repetitions would run out of stack. */
function endOfString(text: string, start: number): number | undefined {
  const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return undefined;
    if (code !== 0x5c) continue;
    escape.lastIndex = at;
    if (!escape.test(text)) return undefined;
    at = escape.lastIndex - 1;
  }
  return undefined;
}

/** The state after a token, or undefined when the token cannot stand here. Keeps the open brackets. */
function step(token: string, expected: string, open: string[]): string | undefined {
  const wantsValue = expected === "value" || expected === "valueOrEnd";
  switch (token) {
    case '"':
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
