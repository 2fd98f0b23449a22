const untrusted = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

/** What an error says, with its causes, and which option mends a certificate that was refused. */
export function explained(error: Error): string {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const hint = hintOf((one as NodeJS.ErrnoException).code ?? "");
    if (hint !== undefined) return `${error.message} ${one.message}: ${hint}`;
  }
  return error.message;
}

function hintOf(code: string): string | undefined {
  if (untrusted.has(code)) return "name the file of its authority in the option caFile.";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "the certificate is for other names; apiUrl, and the engine's JOBENGINE_WORKER_VALKEY_URL, must use one of them.";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return "the certificate is not valid today; it must be renewed, or the clock here be set.";
  return undefined;
}
