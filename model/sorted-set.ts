import { z } from "zod";

/** A set-like list of a document: read in any order, kept sorted by code units and unique. */
export function sortedSet<Item extends z.ZodType<string, string>>(item: Item, maxItems: number) {
  return z
    .array(item)
    .max(maxItems)
    .overwrite((items) => [...new Set(items)].sort());
}
