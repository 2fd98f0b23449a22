/** Splits `wk_<id>_<secret>`; the secret is also the password of the Valkey user. @throws TypeError */
export function secretOf(workerKey: string): string {
  const match = /^wk_[0-9a-f]{16}_([0-9a-f]{64})$/.exec(workerKey);
  if (match?.[1] === undefined) throw new TypeError("workerKey has the form wk_<16 hex>_<64 hex>.");
  return match[1];
}
