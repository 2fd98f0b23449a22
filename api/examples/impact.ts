import type { ImpactAnswer } from "../../engine/impact/resolve-impact.ts";
import { imageExample } from "./image.ts";

export const impactExample: ImpactAnswer = {
  schemaVersion: "scheduler.impact-set@1",
  images: 3,
  withoutSbom: 0,
  namespaces: 1,
  repositories: 2,
  byNamespace: [{ name: "production", images: 3 }],
  byRepository: [
    { name: "registry.example.com/team/app", images: 2 },
    { name: "registry.example.com/team/web", images: 1 },
  ],
  sample: [imageExample.digest],
  digest: "sha256:6c8e1b3d5f7a9c0e2b4d6f8a1c3e5b7d9f0a2c4e6b8d1f3a5c7e9b0d2f4a6c8e",
  feedSequence: 4_291,
  unknownAdvisories: [],
};
