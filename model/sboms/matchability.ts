import { componentPackage, isMatchable } from "../matching/component-package.ts";
import { parseVersion } from "../versions/orders.ts";
import type { UnmatchableReason } from "./sbom.ts";

/** Why matching will not look at a component, `undefined` when it will. Says the same as the matcher's coverage. */
export function whyUnmatchable(purl: string | undefined): UnmatchableReason | undefined {
  if (purl === undefined) return "no_purl";
  const component = componentPackage(purl);
  if (!isMatchable(component)) return component.reason;
  if (component.version === undefined) return "version_missing";
  return parseVersion(component.ecosystem, component.version) === undefined
    ? "version_unreadable"
    : undefined;
}
