import { type Kysely, sql } from "kysely";

/**
 * The ground that every later table stands on: one schema, the tenant of the transaction, and
 * `protect(table)`, which forces row-level security and writes the three policies of a tenant table.
 * Roles are made before the first migration (scripts/migrate.ts), because their passwords are not the schema's.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema scheduler`.execute(db);
  await sql`grant usage on schema scheduler to jobengine_app, jobengine_engine`.execute(db);

  // After a transaction that set it, the setting is '' and not null.
  await sql`
    create function scheduler.current_tenant() returns text language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')
  `.execute(db);

  await sql`
    create procedure scheduler.protect(tab regclass, app_rights text, readable_by_all boolean default false)
    language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', tab);
      execute format('alter table %s force row level security', tab);
      if readable_by_all then
        -- Shared rows carry the tenant '*': every tenant reads them, none writes them.
        execute format('create policy tenant_reads on %s for select to jobengine_app
          using (tenant_id in ((select scheduler.current_tenant()), ''*''))', tab);
        execute format('create policy tenant_writes on %s for insert to jobengine_app
          with check (tenant_id = (select scheduler.current_tenant()))', tab);
        execute format('create policy tenant_updates on %s for update to jobengine_app
          using (tenant_id = (select scheduler.current_tenant()))', tab);
        execute format('create policy tenant_deletes on %s for delete to jobengine_app
          using (tenant_id = (select scheduler.current_tenant()))', tab);
      else
        execute format('create policy tenant on %s to jobengine_app
          using (tenant_id = (select scheduler.current_tenant()))
          with check (tenant_id = (select scheduler.current_tenant()))', tab);
      end if;
      -- Without a policy of its own the owner's data migrations would change no row and say nothing.
      execute format('create policy owner on %s to jobengine_owner using (true) with check (true)', tab);
      execute format('create policy engine on %s to jobengine_engine using (true) with check (true)', tab);
      execute format('grant %s on %s to jobengine_app', app_rights, tab);
      execute format('grant select, insert, update, delete on %s to jobengine_engine', tab);
    end $$
  `.execute(db);
}
