import { type RawBuilder, type SqlBool, sql } from "kysely";

/** Which images: those named, or those of a repository and namespace. */
export interface ImageNarrowing {
  readonly repository?: string | undefined;
  readonly namespace?: string | undefined;
}

/** A question about findings, every name in it resolved. What is absent does not narrow. */
export interface FindingsQuery {
  readonly tenant: string;
  /** The intervals that hold this instant; those that are open now when absent. */
  readonly at?: Date | undefined;
  /** These images. Where they would be too many, `images` narrows by their properties. */
  readonly imageIds?: readonly number[] | undefined;
  readonly images?: ImageNarrowing | undefined;
  /** Components, with the keys under which their findings are filed. */
  readonly components?:
    | { readonly packageKeys: readonly string[]; readonly purls: readonly string[] }
    | undefined;
  /** Findings that go by one of these names and were told of by one of these records, or have the asked name. */
  readonly vulnerability?:
    | { readonly asked: string; readonly names: readonly string[]; readonly records: readonly string[] }
    | undefined;
  readonly severities?: readonly string[] | undefined;
}

type Column = "image_id" | "package_key" | "vulnerability" | "severity";

/** What leads to the rows of a question: a list of values `v`, and how a finding `f` matches one. */
export interface Driver {
  readonly column: Column | undefined;
  readonly values: RawBuilder<unknown>;
  readonly match: RawBuilder<SqlBool>;
}

/** The most selective column that the question names and an index has. */
export function driverOf(query: FindingsQuery): Driver {
  const { imageIds, components, vulnerability, severities } = query;
  if (imageIds !== undefined) return driver("image_id", sql`${imageIds}::bigint[]`);
  if (components !== undefined) return driver("package_key", sql`${components.packageKeys}::text[]`);
  if (vulnerability !== undefined) return driver("vulnerability", sql`${vulnerability.names}::text[]`);
  // The index of severities holds open findings only.
  if (severities !== undefined && query.at === undefined)
    return driver("severity", sql`${severities}::text[]`);
  return { column: undefined, values: sql`(values (true)) as v (value)`, match: sql`v.value` };
}

function driver(column: Column, values: RawBuilder<unknown>): Driver {
  return {
    column,
    values: sql`(select distinct unnest(${values})) as v (value)`,
    match: sql`f.${sql.ref(column)} = v.value`,
  };
}

/** Everything that must hold of a finding `f`, but for the column that a driver has matched already. */
export function conditionsOf(query: FindingsQuery, matched?: Column): RawBuilder<SqlBool> {
  const { at, imageIds, images, components, vulnerability, severities } = query;
  const conditions: RawBuilder<SqlBool>[] = [
    at === undefined
      ? sql`f.to_at is null`
      : sql`f.from_at <= ${at} and (f.to_at is null or f.to_at > ${at})`,
  ];
  const isOneOf = (column: Column, values: RawBuilder<unknown>) => {
    if (column !== matched) conditions.push(sql`f.${sql.ref(column)} = any(${values})`);
  };
  if (imageIds !== undefined) isOneOf("image_id", sql`${imageIds}::bigint[]`);
  if (images !== undefined) conditions.push(isInImages(images));
  if (components !== undefined) {
    isOneOf("package_key", sql`${components.packageKeys}::text[]`);
    conditions.push(sql`f.purl = any(${components.purls}::text[])`);
  }
  if (vulnerability !== undefined) {
    isOneOf("vulnerability", sql`${vulnerability.names}::text[]`);
    conditions.push(
      sql`(f.vulnerability = ${vulnerability.asked} or f.advisories && ${vulnerability.records}::text[])`,
    );
  }
  if (severities !== undefined) isOneOf("severity", sql`${severities}::text[]`);
  return sql`(${sql.join(conditions, sql` and `)})`;
}

function isInImages({ repository, namespace }: ImageNarrowing): RawBuilder<SqlBool> {
  const conditions: RawBuilder<SqlBool>[] = [];
  if (repository !== undefined) conditions.push(sql`i.repository = ${repository}`);
  if (namespace !== undefined) conditions.push(sql`i.namespace = ${namespace}`);
  return sql`exists (select from scheduler.images i
    where i.tenant_id = f.tenant_id and i.image_id = f.image_id and ${sql.join(conditions, sql` and `)})`;
}
