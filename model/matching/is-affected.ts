import type { AdvisoryFacts } from "../advisories/facts.ts";
import { parseVersion } from "../versions/orders.ts";
import { createAdvisoryIndex } from "./advisory-index.ts";
import { isVersionAffected } from "./affected-range.ts";
import { componentPackage, isMatchable } from "./component-package.ts";
import { keysOfComponent } from "./package-keys.ts";
import { isSamePackage } from "./package-name.ts";

/**
 * Whether one record affects a component, for narrowing what a package key finds. The record is read
 * once: make the question, then ask it of every candidate. It agrees with `matchComponents`.
 */
export function createAffectedQuestion(facts: AdvisoryFacts): (componentPurl: string) => boolean {
  const { byKey } = createAdvisoryIndex([{ seq: 0, facts }]);
  return (componentPurl) => {
    const component = componentPackage(componentPurl);
    if (!isMatchable(component) || component.version === undefined) return false;
    const { ecosystem, name, version: text } = component;
    const version = parseVersion(ecosystem, text);
    return keysOfComponent(component).some((key) =>
      (byKey.get(key) ?? []).some(
        (entry) =>
          isSamePackage(ecosystem, name, entry.name) && isVersionAffected(entry.versions, text, version),
      ),
    );
  };
}

/** Whether one record affects one component. */
export function isAffected(componentPurl: string, facts: AdvisoryFacts): boolean {
  return createAffectedQuestion(facts)(componentPurl);
}
