/** A request body that the handler reads chunk by chunk with `requestStream`; nothing buffers or parses it before. */
export interface StreamBody {
  readonly maxBytes: number;
  readonly required: true;
  readonly description: string;
  readonly content: Record<string, { schema: { type: "string"; format: "binary" }; example?: unknown }>;
}

/** Declares a streamed body: the media types it may have, its largest size in bytes, examples by media type. */
export function streamBody(
  mediaTypes: readonly string[],
  maxBytes: number,
  description: string,
  examples: Readonly<Record<string, unknown>> = {},
): StreamBody {
  const schema = { type: "string", format: "binary" } as const;
  return {
    maxBytes,
    required: true,
    description,
    content: Object.fromEntries(
      mediaTypes.map((type) => [type, { schema, ...(type in examples && { example: examples[type] }) }]),
    ),
  };
}

export function isStreamBody(body: object): body is StreamBody {
  return "maxBytes" in body;
}
