import {
  findComponentsByPurl,
  insertComponentKeys,
  insertComponents,
  insertSbomComponents,
} from "../../store/sboms/components.ts";
import { findSbom, insertSbom, type SbomRow } from "../../store/sboms/sbom-rows.ts";
import type { TenantTx } from "../../store/tenant.ts";
import { indexKeysOf } from "../impact/package-keys.ts";
import type { ParsedSbom } from "./parse-sbom-bytes.ts";

/** Package URLs of one statement: some 1 MB of parameters. */
const chunkSize = 10_000;

/** Stores an SBOM with its components and their keys, once for each tenant and digest. */
export async function storeSbom(
  tx: TenantTx,
  tenant: string,
  now: Date,
  blob: { readonly digest: string; readonly bytes: number },
  sbom: ParsedSbom,
): Promise<SbomRow> {
  const { purls, ...facts } = sbom;
  const row = { ...blob, ...facts };
  const sbomId = await insertSbom(tx, tenant, now, row);
  if (sbomId === undefined) {
    const known = await findSbom(tx, tenant, blob.digest);
    if (known === undefined) throw new Error("The SBOM that stood in the way is not there.");
    return known;
  }
  for (let from = 0; from < purls.length; from += chunkSize) {
    const componentIds = await storeComponents(tx, tenant, purls.slice(from, from + chunkSize));
    await insertSbomComponents(tx, tenant, sbomId, componentIds);
  }
  return { ...row, sbomId };
}

/** The ids of components, new ones inserted with their keys. */
async function storeComponents(tx: TenantTx, tenant: string, purls: readonly string[]): Promise<number[]> {
  const known = await findComponentsByPurl(tx, tenant, purls);
  const knownPurls = new Set(known.map(({ purl }) => purl));
  const missing = purls.filter((purl) => !knownPurls.has(purl));
  if (missing.length === 0) return known.map(({ componentId }) => componentId);
  const added = await insertComponents(tx, tenant, missing);
  const keys = added.flatMap(({ componentId, purl }) =>
    [...new Set(indexKeysOf(purl))].map((packageKey) => ({ componentId, packageKey })),
  );
  await insertComponentKeys(tx, tenant, keys);
  const all = [...known, ...added];
  if (all.length === purls.length) return all.map(({ componentId }) => componentId);
  // Another upload inserted some of them between our look and our insert.
  return (await findComponentsByPurl(tx, tenant, purls)).map(({ componentId }) => componentId);
}
