import { readFileSync } from "node:fs";
import path from "node:path";
import { queueLimits } from "./limits.ts";
import { parseOutcome } from "./outcome.ts";

const file = path.join(import.meta.dirname, "../../sdks/conformance/outcomes.json");
const vectors = JSON.parse(readFileSync(file, "utf8")) as {
  name: string;
  document: unknown;
  reads: string;
}[];

test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_name, { document, reads }) => {
  const outcome = parseOutcome(JSON.stringify(document));
  const isUnreadable = outcome.status === "failed" && outcome.error.code === "OUTCOME_UNREADABLE";
  expect(isUnreadable ? "unreadable" : outcome.status).toBe(reads);
});

test("text that is not JSON, however long, becomes a short permanent failure", () => {
  const outcome = parseOutcome(`{"status":"${"x".repeat(100_000)}`);
  expect(outcome).toMatchObject({
    status: "failed",
    error: { class: "permanent", code: "OUTCOME_UNREADABLE" },
  });
  expect(JSON.stringify(outcome).length).toBeLessThan(queueLimits.errorMessageBytes + 200);
});
