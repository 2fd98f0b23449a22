/** A stream of bytes that is written to without waiting, up to a bound. */
export interface Outlet {
  readonly body: ReadableStream<Uint8Array>;
  /** Queues bytes; false when they do not fit any more, because the reader is too slow. */
  write(bytes: Uint8Array): boolean;
  /** Ends the stream after what is queued. May be called again. */
  close(): void;
}

/** An outlet that holds at most `maxWaitingBytes` for its reader; `onCancel` is called when the reader goes away. */
export function createOutlet(maxWaitingBytes: number, onCancel: () => void): Outlet {
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>(
    {
      // Called before the constructor returns.
      start: (controller) => {
        sink = controller;
      },
      cancel: () => {
        isOpen = false;
        onCancel();
      },
    },
    { highWaterMark: maxWaitingBytes, size: (chunk) => chunk.length },
  );
  return {
    body,
    write(bytes) {
      if (!isOpen || sink === undefined || bytes.length > (sink.desiredSize ?? 0)) return false;
      sink.enqueue(bytes);
      return true;
    },
    close() {
      if (isOpen) sink?.close();
      isOpen = false;
    },
  };
}
