/** The longest that a server's Retry-After is believed: beyond it one looks by oneself. */
const mostRetryAfterMs = 60_000;

/** What `Retry-After` asks for, in seconds as our server writes it; undefined when it asks nothing. */
export function retryAfterMsOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 0 ? Math.min(seconds * 1_000, mostRetryAfterMs) : undefined;
}
