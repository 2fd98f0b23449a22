/** A value of the RESP protocol, versions 2 and 3, as far as it matters here: text, number, null, list. */
export type RespValue = string | number | null | readonly RespValue[];

export interface RespFrame {
  readonly value: RespValue;
  /** The frame is out of band: it answers no command. */
  readonly isPush: boolean;
  /** Where the next frame begins. */
  readonly end: number;
}

/** Reads one frame that begins at `start`; undefined when it is not all there yet. */
export function readFrame(bytes: Buffer, start = 0): RespFrame | undefined {
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd < 0) return undefined;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const line = bytes.toString("utf8", start + 1, lineEnd);
  const next = lineEnd + 2;
  switch (type) {
    case "$":
    case "=":
    case "!": {
      const length = Number(line);
      if (length < 0) return { value: null, isPush: false, end: next };
      const end = next + length + 2;
      if (bytes.length < end) return undefined;
      const text = bytes.toString("utf8", next, next + length);
      return { value: type === "!" ? `-${text}` : text, isPush: false, end };
    }
    case "*":
    case "~":
    case ">":
      return readItems(bytes, next, Number(line), type === ">");
    case "%":
      return readItems(bytes, next, 2 * Number(line), false);
    case "|": {
      const attributes = readItems(bytes, next, 2 * Number(line), false);
      return attributes && readFrame(bytes, attributes.end);
    }
    case ":":
      return { value: Number(line), isPush: false, end: next };
    case "_":
      return { value: null, isPush: false, end: next };
    case "-":
      return { value: `-${line}`, isPush: false, end: next };
    default:
      return { value: line, isPush: false, end: next };
  }
}

function readItems(bytes: Buffer, start: number, count: number, isPush: boolean): RespFrame | undefined {
  if (count < 0) return { value: null, isPush, end: start };
  const items: RespValue[] = [];
  let end = start;
  for (let i = 0; i < count; i++) {
    const item = readFrame(bytes, end);
    if (item === undefined) return undefined;
    items.push(item.value);
    end = item.end;
  }
  return { value: items, isPush, end };
}

/** Cuts a stream of bytes into whole frames. */
export function createFrameReader(): (chunk: Buffer) => { bytes: Buffer; frame: RespFrame }[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: { bytes: Buffer; frame: RespFrame }[] = [];
    for (let frame = readFrame(rest); frame !== undefined; frame = readFrame(rest)) {
      frames.push({ bytes: rest.subarray(0, frame.end), frame });
      rest = rest.subarray(frame.end);
    }
    return frames;
  };
}
