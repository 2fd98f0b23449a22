import { type SeverityLevel, severityLevels } from "../../model/advisories/severity.ts";
import { DomainError, invalidField } from "../../model/errors.ts";
import { parseAsOf } from "../../model/findings/as-of.ts";
import { componentPackageKeys } from "../../model/matching/package-keys.ts";
import { selectImageIds } from "../../store/findings/image-ids.ts";
import type { FindingsQuery } from "../../store/findings/query.ts";
import { readComponentPurls } from "../../store/sboms/component-purls.ts";
import type { TenantTx } from "../../store/tenant.ts";
import { touchedByPurls } from "../impact/touched-by-purls.ts";
import { namesOfVulnerability } from "./vulnerability-names.ts";

/** Which findings are asked for. What is absent does not narrow. */
export interface FindingsFilter {
  /** A package URL without a version, with one, or with a `vers:` range. */
  readonly purl?: string | undefined;
  /** The name of a vulnerability, or the id or alias of a record. */
  readonly vulnerability?: string | undefined;
  readonly severity?: readonly SeverityLevel[] | undefined;
  /** The digest of an image. */
  readonly image?: string | undefined;
  readonly repository?: string | undefined;
  readonly namespace?: string | undefined;
  /** An instant or a day of the past; the present when absent. */
  readonly asOf?: string | undefined;
}

/**
 * More images than these are not named one by one: findings are then walked in their order and the images
 * of each looked at, which finds a page soon where many images are meant.
 */
const namedImagesMax = 1_000;

/**
 * Resolves the names in a filter against what the tenant has. The answer may be asked again for page after
 * page. `undefined` when nothing can be found: the image or the package is not known.
 * @throws DomainError `invalid` at the field
 */
export async function resolveQuestion(
  tx: TenantTx,
  now: Date,
  tenant: string,
  filter: FindingsFilter,
): Promise<FindingsQuery | undefined> {
  const at = filter.asOf === undefined ? undefined : new Date(parseAsOf(filter.asOf, now.getTime()));
  const images = await resolveImages(tx, tenant, filter);
  const components = filter.purl === undefined ? undefined : await resolvePurl(tx, tenant, filter.purl);
  if (images.imageIds?.length === 0 || components?.purls.length === 0) return undefined;
  const vulnerability =
    filter.vulnerability === undefined
      ? undefined
      : await namesOfVulnerability(tx, tenant, filter.vulnerability);
  return {
    tenant,
    at,
    ...images,
    components,
    vulnerability,
    severities: resolveSeverities(filter.severity),
  };
}

async function resolveImages(
  tx: TenantTx,
  tenant: string,
  { image, repository, namespace }: FindingsFilter,
): Promise<Pick<FindingsQuery, "imageIds" | "images">> {
  if (image === undefined && repository === undefined && namespace === undefined) return {};
  const question = { tenant, digest: image, repository, namespace };
  const imageIds = await selectImageIds(tx, question, namedImagesMax + 1);
  return imageIds.length > namedImagesMax ? { images: { repository, namespace } } : { imageIds };
}

/** The components that the package URL means, by the same rules as an impact question. */
async function resolvePurl(
  tx: TenantTx,
  tenant: string,
  purl: string,
): Promise<{ packageKeys: string[]; purls: string[] }> {
  const { componentIds } = await touchedByPurls(tx, tenant, [purl]).catch((error: unknown) => {
    throw isAboutPurl(error) ? invalidField("purl", error.fields[0]?.message ?? "is wrong") : error;
  });
  const components = await readComponentPurls(tx, tenant, componentIds);
  const purls = components.map((component) => component.purl);
  return { purls, packageKeys: [...new Set(purls.map(findingKeyOf))] };
}

function isAboutPurl(error: unknown): error is DomainError {
  return error instanceof DomainError && error.fields[0]?.path === "purls[0]";
}

/** The key under which findings of a component are filed: its first. */
function findingKeyOf(purl: string): string {
  const found = componentPackageKeys(purl);
  return "keys" in found ? (found.keys[0] ?? "") : "";
}

function resolveSeverities(
  asked: readonly SeverityLevel[] | undefined,
): readonly SeverityLevel[] | undefined {
  if (asked === undefined || asked.length === 0) return undefined;
  const distinct = severityLevels.filter((level) => asked.includes(level));
  return distinct.length === severityLevels.length ? undefined : distinct;
}
