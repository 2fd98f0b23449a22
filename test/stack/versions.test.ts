import { parsePostgresVersion } from "../../scripts/stack/servers/postgres.ts";
import { findUser } from "../../scripts/stack/servers/postgres-user.ts";
import { parseVersitygwVersion } from "../../scripts/stack/servers/s3.ts";
import { parseTemporalVersion } from "../../scripts/stack/servers/temporal.ts";
import { parseValkeyVersion } from "../../scripts/stack/servers/valkey.ts";

test.each([
  ["postgres (PostgreSQL) 18.4", "18.4"],
  ["postgres (PostgreSQL) 18.1 (Debian 18.1-1.pgdg12+2)", "18.1"],
  ["postgres (PostgreSQL) 17.2", undefined],
  ["", undefined],
])("PostgreSQL: %j is %j", (output, version) => expect(parsePostgresVersion(output)).toBe(version));

test.each([
  ["Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64", "9.1.2"],
  ["Valkey server v=8.0.2 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", undefined],
  ["Redis server v=7.2.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", undefined],
])("Valkey: %j is %j", (output, version) => expect(parseValkeyVersion(output)).toBe(version));

test.each([
  ["temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)", "1.29.1"],
  ["temporal version 0.0.0-DEV (Server 1.30.0, UI 2.50.0)", "1.30.0"],
  ["temporal version 1.1.0 (Server 1.25.0, UI 2.30.3)", undefined],
  ["temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)", undefined],
])("Temporal: %j is %j", (output, version) => expect(parseTemporalVersion(output)).toBe(version));

test.each([
  ["Version  : v1.8.0\nBuild    : 123", "1.8.0"],
  ["Version  : git\nBuild    : norev", "1.8.0"],
  ["Version  : v2.0.0", undefined],
])("versitygw: %j is %j", (output, version) => expect(parseVersitygwVersion(output)).toBe(version));

test("finds the ids of a user", () => {
  const passwd = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
  expect(findUser(passwd, "postgres")).toEqual({ uid: 101, gid: 104 });
  expect(findUser(passwd, "post")).toBeUndefined();
});
