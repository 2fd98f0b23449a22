import type { Problems } from "./problems.ts";
import { isObject, readPurlText, readText } from "./read-text.ts";
import type { SbomComponent, SbomLimits } from "./sbom.ts";

interface Nested {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

/** What is read of a CycloneDX document: the subject, and all components with those nested in them. */
export function readCycloneDx(
  document: Readonly<Record<string, unknown>>,
  limits: SbomLimits,
  problems: Problems,
): { subject: SbomComponent | undefined; components: SbomComponent[] } {
  const main = isObject(document["metadata"]) ? document["metadata"]["component"] : undefined;
  const mainPath = "metadata.component";
  const subject = main === undefined ? undefined : readComponent(main, mainPath, limits, problems);
  const lists: Nested[] = [];
  if (isObject(main)) lists.push({ value: main["components"], path: `${mainPath}.components`, depth: 1 });
  lists.push({ value: document["components"], path: "components", depth: 1 });
  return { subject, components: flatten(lists, limits, problems) };
}

/** Walks nested lists with a stack of its own: a document of 100,000 levels must not end in a RangeError. */
function flatten(lists: Nested[], limits: SbomLimits, problems: Problems): SbomComponent[] {
  const components: SbomComponent[] = [];
  for (let list = lists.pop(); list; list = lists.pop()) {
    if (list.value === undefined || list.value === null) continue;
    if (!Array.isArray(list.value)) {
      problems.add(list.path, "must be a list");
      continue;
    }
    if (list.depth > limits.maxDepth) {
      problems.add(list.path, `components may be nested ${limits.maxDepth} deep at most`);
      continue;
    }
    for (const [index, value] of list.value.entries()) {
      const path = `${list.path}[${index}]`;
      const component = readComponent(value, path, limits, problems);
      if (component) components.push(component);
      if (components.length > limits.maxComponents) {
        problems.add("components", `there are more than ${limits.maxComponents}`);
        return components;
      }
      if (isObject(value) && value["components"] !== undefined) {
        lists.push({ value: value["components"], path: `${path}.components`, depth: list.depth + 1 });
      }
    }
  }
  return components;
}

function readComponent(
  value: unknown,
  path: string,
  limits: SbomLimits,
  problems: Problems,
): SbomComponent | undefined {
  if (!isObject(value)) {
    problems.add(path, "must be an object");
    return undefined;
  }
  const name = readText(value["name"], `${path}.name`, limits.maxTextLength, problems);
  if (value["name"] === undefined || value["name"] === null) problems.add(`${path}.name`, "is missing");
  return {
    purl: readPurlText(value["purl"], `${path}.purl`, limits.maxPurlBytes, problems),
    name: name ?? "",
    version: readText(value["version"], `${path}.version`, limits.maxTextLength, problems),
    ref: readText(value["bom-ref"], `${path}.bom-ref`, limits.maxTextLength, problems),
  };
}
