import type { Config } from "jest";

/** Packages that ship ES modules only: jest loads CommonJS, so swc rewrites them like our own sources. */
const esModulePackages = [
  "kysely",
  "temporal-polyfill",
  "temporal-utils",
  "uuid",
  "canonicalize",
  "jose",
  "@renovatebot/pep440",
  "croner",
  "cron-parser",
  "log-update",
  "ae-cvss-calculator",
  "packageurl-js",
  "oxc-parser",
];

const shared = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [],
  transform: {
    "\\.[cm]?[jt]s$": [
      "@swc/jest",
      {
        sourceMaps: "inline",
        jsc: { parser: { syntax: "typescript" }, target: "es2024" },
        module: { type: "commonjs" },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModulePackages.join("|")})/)`],
  modulePathIgnorePatterns: ["<rootDir>/\\.jobengine"],
} satisfies Config["projects"] extends (infer P)[] | undefined ? Partial<Exclude<P, string>> : never;

/**
 * Three kinds of tests, told apart by their file names:
 * `x.test.ts` runs without any server, `x.db.test.ts` meets the real PostgreSQL, Valkey and S3 server,
 * `test/*.journey.test.ts` drives the whole stack with Temporal.
 */
const config: Config = {
  // No test asserts on time: this bound only ends what hangs, on a busy machine, too.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "\\.db\\.test\\.ts$", "\\.journey\\.test\\.ts$"],
    },
    { ...shared, displayName: "db", testMatch: ["<rootDir>/**/*.db.test.ts"] },
    { ...shared, displayName: "journey", testMatch: ["<rootDir>/test/**/*.journey.test.ts"] },
  ],
};

export default config;
