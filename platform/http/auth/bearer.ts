/** The token of an `Authorization: Bearer` header (RFC 6750 section 2.1), or undefined. */
export function bearerToken(request: Request): string | undefined {
  const value = request.headers.get("authorization") ?? "";
  return /^Bearer +([A-Za-z0-9._~+/_=-]{1,16000})$/i.exec(value)?.[1];
}
