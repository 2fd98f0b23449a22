/**
 * Writes store/tables.ts from the real schema: `node scripts/tables.ts` with JOBENGINE_DATABASE_OWNER_URL.
 * A database test renders it again and compares, so the types cannot drift from the migrations.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";

const types: Record<string, string> = {
  int8: "number",
  int4: "number",
  int2: "number",
  float4: "number",
  float8: "number",
  bool: "boolean",
  text: "string",
  uuid: "string",
  timestamptz: "Date",
  int4multirange: "string",
  _text: "string[]",
  jsonb: "Json",
};

/** The text of store/tables.ts for the schema `scheduler` of the database behind `client`. */
export async function renderTables(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{
    table_name: string;
    column_name: string;
    type: string;
    nullable: boolean;
    generated: boolean;
    optional: boolean;
  }>(`
    select c.relname as table_name, a.attname as column_name, t.typname as type, not a.attnotnull as nullable,
           a.attidentity <> '' as generated, a.atthasdef as optional
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'scheduler'
      join pg_type t on t.oid = a.atttypid
     where a.attnum > 0 and not a.attisdropped
     order by c.relname collate "C", a.attnum`);
  const tables = Map.groupBy(rows, (row) => row.table_name);
  const lines = [
    "// Written by scripts/tables.ts from the migrated schema. Do not edit.",
    'import type { ColumnType, Generated, GeneratedAlways } from "kysely";',
    "",
    "/** jsonb: any value comes out, canonical text goes in (the driver would turn arrays into SQL arrays). */",
    "export type Json = ColumnType<unknown, string, string>;",
    "/** jsonb that may be null. */",
    "export type NullableJson = ColumnType<unknown, string | null, string | null>;",
    "",
  ];
  for (const [table, columns] of tables) {
    lines.push(`export interface ${pascal(table)}Table {`);
    for (const column of columns) {
      const base = types[column.type];
      if (base === undefined) throw new Error(`${table}.${column.column_name}: no type for ${column.type}.`);
      const nullable = base === "Json" ? "NullableJson" : `${base} | null`;
      const plain = column.nullable ? nullable : base;
      const type = column.generated
        ? `GeneratedAlways<${plain}>`
        : column.optional
          ? `Generated<${plain}>`
          : plain;
      lines.push(`  ${column.column_name}: ${type};`);
    }
    lines.push("}", "");
  }
  lines.push("/** Every table of the schema, under its qualified name. */", "export interface Tables {");
  for (const table of tables.keys()) lines.push(`  "scheduler.${table}": ${pascal(table)}Table;`);
  lines.push("}", "");
  return lines.join("\n");
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

async function main(): Promise<void> {
  const client = new pg.Client({ connectionString: process.env["JOBENGINE_DATABASE_OWNER_URL"] });
  await client.connect();
  await writeFile(path.join(import.meta.dirname, "../store/tables.ts"), await renderTables(client));
  await client.end();
}

if (import.meta.main) void main();
