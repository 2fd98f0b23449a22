/** What a certificate of the other side was refused for, by the codes of OpenSSL and Node. */
const untrusted = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "INVALID_CA",
]);

/** Which settings decide about a connection, for the words of an error. */
export interface TlsSettings {
  /** What is connected to, as a sentence begins: `Valkey`. */
  readonly what: string;
  readonly address: string;
  readonly caFile: string;
}

/** Says in words why a certificate was refused and which setting mends it; undefined for any other error. */
export function tlsTrouble(error: unknown, { what, address, caFile }: TlsSettings): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return undefined;
  if (untrusted.has(code))
    return `${what}'s certificate is signed by an authority that is not trusted here (${code}): name the file of its certificate in ${caFile}.`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `${what}'s certificate is for other names than the one in ${address} (${code}): use one that it has.`;
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return `${what}'s certificate is not valid today (${code}): it must be renewed, or the clock here be set.`;
  return undefined;
}
