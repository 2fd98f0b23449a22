import { z } from "zod";
import { labels } from "../labels.ts";
import { sortedSet } from "../sorted-set.ts";
import { imageDigest, namespace, repository, tag } from "./image.ts";

export const selectionScopes = ["all", "namespace", "repository", "digest", "labels"] as const;

/**
 * Which images. An image is selected when it meets every filter that is not empty: its namespace, repository
 * and digest are in their lists, it has one of the tags and all of the labels. The scope names the filter
 * that must not be empty, so that a forgotten filter never means "all". Lists come out sorted and unique,
 * empty ones stay `[]`: equal selections are equal bytes.
 */
export const selection = z
  .strictObject({
    scope: z.enum(selectionScopes),
    namespaces: sortedSet(namespace, 500).default([]),
    repositories: sortedSet(repository, 500).default([]),
    digests: sortedSet(imageDigest, 1_000).default([]),
    includeTags: sortedSet(tag, 200).default([]),
    labels: labels.default({}),
  })
  .superRefine((value, context) => {
    const filter = filterOf[value.scope];
    if (filter === undefined) return;
    const entries = filter === "labels" ? Object.keys(value.labels) : value[filter];
    if (entries.length > 0) return;
    context.addIssue({
      code: "custom",
      path: [filter],
      message: `must not be empty when the scope is ${value.scope}`,
    });
  });

export type Selection = z.infer<typeof selection>;

const filterOf = {
  all: undefined,
  namespace: "namespaces",
  repository: "repositories",
  digest: "digests",
  labels: "labels",
} as const;
