import { z } from "zod";
import { address, integer, seconds } from "../values.ts";
import { variable } from "../variable.ts";

const postgresUrl = () =>
  address(["postgres", "postgresql"], "postgres://role:password@127.0.0.1:5432/jobengine");

export const databasePart = z.object({
  url: variable(
    "JOBENGINE_DATABASE_URL",
    "PostgreSQL as the runtime role `jobengine_app`, which sees one tenant at a time.",
    postgresUrl(),
  ),
  engineUrl: variable(
    "JOBENGINE_DATABASE_ENGINE_URL",
    "PostgreSQL as the role `jobengine_engine`, for the work that crosses tenants.",
    postgresUrl(),
  ),
  poolSize: variable(
    "JOBENGINE_DATABASE_POOL_SIZE",
    "The most connections of this process as the runtime role.",
    integer(1, 1000).default(10),
  ),
  enginePoolSize: variable(
    "JOBENGINE_DATABASE_ENGINE_POOL_SIZE",
    "The most connections of this process as the engine role.",
    integer(1, 1000).default(10),
  ),
  statementTimeoutSeconds: variable(
    "JOBENGINE_DATABASE_STATEMENT_TIMEOUT_SECONDS",
    "The longest that one statement may run.",
    seconds(1, 3600).default(60),
  ),
});

export const migrationDatabasePart = z.object({
  ownerUrl: variable(
    "JOBENGINE_DATABASE_OWNER_URL",
    "PostgreSQL as the role `jobengine_owner`, which owns the schema. For migrations only.",
    postgresUrl(),
  ),
  appUrl: variable(
    "JOBENGINE_DATABASE_URL",
    "Names the runtime role and, where roles are created, its password.",
    postgresUrl(),
  ),
  engineUrl: variable(
    "JOBENGINE_DATABASE_ENGINE_URL",
    "Names the engine role and, where roles are created, its password.",
    postgresUrl(),
  ),
  adminUrl: variable(
    "JOBENGINE_DATABASE_ADMIN_URL",
    "PostgreSQL as a role that may create roles and databases. Without it both must exist.",
    postgresUrl().optional(),
  ),
});
