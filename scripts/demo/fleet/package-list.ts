import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** Real releases of one package, oldest first. */
const versions = z.array(z.string().min(1)).min(1);

const base = z.strictObject({
  type: z.enum(["deb", "apk"]),
  namespace: z.string(),
  arch: z.string(),
  packages: z.record(
    z.string(),
    z.strictObject({
      /** The source package, with its version where that differs: as syft writes it. */
      upstream: z.string().optional(),
      versions,
    }),
  ),
});

const stack = z.strictObject({
  /** The package URL type. */
  type: z.string(),
  /** By `namespace/name`. */
  packages: z.record(z.string(), versions),
});

const repository = z.strictObject({
  /** Its first part is also its namespace. */
  name: z.string().regex(/^[a-z-]+\/[a-z-]+$/),
  base: z.string(),
  stack: z.string(),
  /** Packages of the stack that this program does not use. */
  without: z.array(z.string()).default([]),
});

const packageList = z
  .strictObject({
    /** By distribution and release, as in the qualifier `distro`. */
    bases: z.record(z.string(), base),
    stacks: z.record(z.string(), stack),
    repositories: z.array(repository).min(1),
  })
  .superRefine((list, context) => {
    list.repositories.forEach(({ base, stack }, index) => {
      const wrong = list.bases[base] === undefined ? "base" : "stack";
      if (list.bases[base] !== undefined && list.stacks[stack] !== undefined) return;
      context.addIssue({ code: "custom", path: ["repositories", index, wrong], message: "is not listed" });
    });
  });

/** What the images of the demo are made of: `demo/data/packages.json`. */
export type PackageList = z.infer<typeof packageList>;
export type Base = z.infer<typeof base>;
export type Stack = z.infer<typeof stack>;

/** Where the data of the demo lies. */
export const demoData = path.join(import.meta.dirname, "../../../demo/data");

export function readPackageList(): PackageList {
  return packageList.parse(JSON.parse(readFileSync(path.join(demoData, "packages.json"), "utf8")));
}
