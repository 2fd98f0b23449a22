/** A request body that the handler reads chunk by chunk with `requestStream`; nothing buffers or parses it before. */
export interface StreamBody {
  readonly maxBytes: number;
  readonly required: true;
  readonly description: string;
  readonly content: Record<string, { schema: { type: "string"; format: "binary" } }>;
}

/** Declares a streamed body: the media types it may have and its largest size in bytes. */
export function streamBody(mediaTypes: readonly string[], maxBytes: number, description: string): StreamBody {
  const schema = { type: "string", format: "binary" } as const;
  return {
    maxBytes,
    required: true,
    description,
    content: Object.fromEntries(mediaTypes.map((type) => [type, { schema }])),
  };
}

export function isStreamBody(body: object): body is StreamBody {
  return "maxBytes" in body;
}
