/**
 * The version of the matching rules. Raise it by one with every change of `model/matching`,
 * `model/versions` or `model/advisories` after which the same SBOM and the same advisories can give other
 * findings: results carry it, an older one never replaces a newer one, and a delta that it alone explains
 * has the cause `matcher`.
 */
export const matcherVersion = 2;
