import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expectEqual, expectPart, Skipped } from "../runner/expect.ts";
import { defineScenario } from "../runner/scenario.ts";

/** Where systems keep libfaketime; `CONFORMANCE_FAKETIME` names another place. */
const places = [
  process.env["CONFORMANCE_FAKETIME"] ?? "",
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
  "/usr/local/lib/faketime/libfaketimeMT.so.1",
];

const hint = "libfaketime is not here; apt-get install faketime";

export const clock = [
  defineScenario(
    "clock: hours wrong and jumping both ways in the middle of jobs",
    { leaseMs: 2_000, beatMs: 400 },
    async (world) => {
      const library = places.find((place) => place !== "" && existsSync(place));
      if (library === undefined) throw new Skipped(hint);
      const folder = mkdtempSync(path.join(tmpdir(), "jobengine-clock-"));
      const file = path.join(folder, "offset");
      const setClock = (offset: string) => {
        writeFileSync(file, offset);
        utimesSync(file, new Date(), new Date());
      };
      try {
        setClock("+5h");
        await world.startIdle({
          env: {
            LD_PRELOAD: library,
            FAKETIME_TIMESTAMP_FILE: file,
            FAKETIME_NO_CACHE: "1",
            FAKETIME_DONT_FAKE_MONOTONIC: "1",
          },
        });
        await world.enqueue("a", "sleep", { ms: 3_000 });
        await world.untilLeased("a");
        await sleep(500);
        setClock("-7h");
        await sleep(1_000);
        setClock("+900h");
        const [first] = await world.results(1);
        expectPart("a result", first, { reason: "settled", stale: "0", outcome: { status: "succeeded" } });
        await world.enqueue("b", "echo", 1);
        expectPart("the next job", (await world.results(2))[1], { stale: "0", job: "b" });
        expectEqual("registrations", world.engine.http.registrations.length, 1);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  ),
];
