import type { VersionOrder } from "./order.ts";
import { type SemanticVersion, semverOrder } from "./semver.ts";

/**
 * Go: module versions are semantic versions with a leading `v` (pseudo-versions too), `+incompatible` has
 * no rank. Releases of the toolchain are written `go1.21rc2`, which the vulnerability database orders as
 * `1.21.0-rc.2` (https://go.dev/security/vuln/database).
 */
export const goOrder: VersionOrder<SemanticVersion> = {
  parse(text) {
    const release = /^go([0-9].*)$/.exec(text.trim());
    const version = release?.[1] ?? text;
    const candidate = /^([0-9]+\.[0-9]+)(rc|beta)([0-9]+)$/.exec(version);
    if (candidate === null) return semverOrder.parse(version);
    return semverOrder.parse(`${candidate[1]}.0-${candidate[2]}.${candidate[3]}`);
  },
  compare: (a, b) => semverOrder.compare(a, b),
};
