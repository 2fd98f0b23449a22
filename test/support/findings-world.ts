import type { Engine } from "../../engine/context.ts";
import { mountFindings } from "../../api/v1/scheduler/findings.ts";
import { mountImageFindings } from "../../api/v1/scheduler/inventory/images/by-digest/findings.ts";
import type { FindingView } from "../../model/findings/finding-view.ts";
import type { HttpApp } from "../../platform/http/env.ts";
import { emptyApp } from "../../platform/http/testing/sample-app.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { digestOf, type RowWriter, rowWriter } from "./finding-rows.ts";

/** Who asks, and where; `scheduler.runs.read` of the tenant acme unless said otherwise. */
export interface Asked {
  readonly tenant?: string;
  readonly path?: string;
  readonly scopes?: string;
  readonly accept?: string;
}

/** The body of a list of findings, or of a problem. */
export interface FindingsBody {
  readonly items: FindingView[];
  readonly nextPageToken?: string;
  readonly coverage: Record<string, unknown>;
  readonly detail?: string;
}

/** An app with the findings routes over a database with a few images of the tenants acme and beta. */
export interface FindingsWorld {
  readonly database: TestDatabase;
  readonly app: HttpApp;
  request(query: string, asked?: Asked): Promise<Response>;
  ask(query: string, asked?: Asked): Promise<{ status: number; body: FindingsBody }>;
}

/** The path of the findings of an image that was written as `digest: "aa"`. */
export function ofImage(pair: string): string {
  return `inventory/images/${digestOf(pair)}/findings`;
}

export async function createFindingsWorld(): Promise<FindingsWorld> {
  const database = await createTestDatabase();
  const { app } = emptyApp();
  const engine = { app: database.app } as Engine;
  mountFindings(app, engine);
  mountImageFindings(app, engine);
  await fillAcme(rowWriter(database.owner, "acme"));
  const beta = rowWriter(database.owner, "beta");
  const image = await beta.image({ digest: "be", result: { components: 1, matchable: 1, notCovered: 0 } });
  await beta.component("pkg:npm/lodash@4.17.20", [lodash]);
  await beta.finding({ ...lodashFinding, imageId: image, purl: "pkg:npm/lodash@4.17.20" });

  const request = async (query: string, asked: Asked = {}) => {
    const { tenant = "acme", path = "findings", scopes = "scheduler.runs.read", accept } = asked;
    return app.request(`/api/v1/scheduler/${path}?${query}`, {
      headers: {
        "x-stellaops-tenant": tenant,
        "x-stellaops-actor": "ann",
        "x-stellaops-scopes": scopes,
        ...(accept !== undefined && { accept }),
      },
    });
  };
  return {
    database,
    app,
    request,
    async ask(query, asked) {
      const response = await request(query, asked);
      return { status: response.status, body: (await response.json()) as FindingsBody };
    },
  };
}

const lodash = "npm|lodash";

const lodashFinding = {
  packageKey: lodash,
  vulnerability: "CVE-2021-23337",
  advisories: ["GHSA-35jh-r3h4-6jhm"],
  severity: "high",
  score: 7.2,
} as const;

async function fillAcme(rows: RowWriter): Promise<void> {
  const a = await rows.image({ digest: "aa", result: { components: 10, matchable: 8, notCovered: 1 } });
  const b = await rows.image({
    digest: "bb",
    repository: "r.example/other",
    result: { components: 5, matchable: 5, notCovered: 0 },
  });
  await rows.image({ digest: "cc", namespace: "dev" });
  await rows.component("pkg:npm/lodash@4.17.20", [lodash]);
  await rows.component("pkg:npm/lodash@4.17.19", [lodash]);
  await rows.component("pkg:golang/github.com/BurntSushi/toml@v1.0.0", [
    "Go|github.com/BurntSushi/toml",
    "Go|github.com/burntsushi/toml",
  ]);
  await rows.component("pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl", [
    "Debian:12|openssl",
    "Debian:12|libssl3",
  ]);
  await rows.finding({ ...lodashFinding, imageId: a, purl: "pkg:npm/lodash@4.17.20" });
  await rows.finding({ ...lodashFinding, imageId: b, purl: "pkg:npm/lodash@4.17.19" });
  await rows.finding({
    imageId: a,
    purl: "pkg:golang/github.com/BurntSushi/toml@v1.0.0",
    packageKey: "Go|github.com/BurntSushi/toml",
    vulnerability: "GO-2020-1",
  });
  await rows.finding({
    imageId: a,
    purl: "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl",
    packageKey: "Debian:12|openssl",
    vulnerability: "CVE-2023-1",
    severity: "critical",
    score: 9.8,
  });
  // Medium from the first to the third of May, then high, then gone on the fifth.
  const changing = {
    imageId: b,
    purl: "pkg:npm/lodash@4.17.19",
    packageKey: lodash,
    vulnerability: "CVE-2020-8203",
  };
  await rows.finding({
    ...changing,
    severity: "medium",
    fromCause: "sbom",
    fromRun: "run_first",
    to: "2026-05-03T00:00:00.000Z",
  });
  await rows.finding({
    ...changing,
    severity: "high",
    from: "2026-05-03T00:00:00.000Z",
    fromCause: "advisory",
    fromRun: "run_second",
    to: "2026-05-05T12:00:00.000Z",
    toCause: "sbom",
  });
  await rows.advisory("GHSA-35jh-r3h4-6jhm", ["CVE-2021-23337", "SNYK-1"]);
  await rows.advisory("OTHER-1", ["SNYK-9"]);
}
