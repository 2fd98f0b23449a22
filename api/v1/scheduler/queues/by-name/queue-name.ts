import { z } from "@hono/zod-openapi";

/** The name of a queue in a path. */
export const queueName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 of A-Z a-z 0-9 _ -")
  .meta({ example: "default" });
