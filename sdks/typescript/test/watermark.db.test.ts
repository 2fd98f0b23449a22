import { startTestEngine } from "./test-engine.ts";

const stands = (value: string | null) => ({ kind: "scan", name: "events", value, revision: 7 });

test("a watermark is read and moved for the job's attempt, and who comes late is told how it stands", async () => {
  await using engine = await startTestEngine();
  const to = "/jobs/a/watermarks/events";
  engine.http.answers.push(
    { to, status: 200, body: stands("1") },
    { to, status: 200, body: { advanced: true, watermark: stands("2") } },
    { to, status: 200, body: { advanced: false, watermark: stands("9") } },
  );
  engine.work({
    scan: async (_job, { watermark }) => {
      const events = watermark("events");
      return [
        await events.get(),
        await events.advance("1", "2"),
        await events.advance("2", "3", { monotone: true }),
      ];
    },
  });
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({
    result: ["1", { advanced: true, value: "2" }, { advanced: false, value: "9" }],
  });
  const asked = engine.http.requestsTo(to);
  expect(asked.map(({ method, query }) => [method, query])).toEqual([
    ["GET", "?attempt=1"],
    ["PUT", "?attempt=1"],
    ["PUT", "?attempt=1"],
  ]);
  expect(asked.slice(1).map(({ bytes }) => JSON.parse(bytes.toString()) as unknown)).toEqual([
    { from: "1", to: "2", monotone: false },
    { from: "2", to: "3", monotone: true },
  ]);
});

test("a name that is none is an error of the handler", async () => {
  await using engine = await startTestEngine();
  engine.work({ scan: (_job, { watermark }) => void watermark("a/b") });
  await engine.enqueue([{ job: "a" }]);
  expect((await engine.results(1))[0]?.outcome).toMatchObject({ error: { code: "TypeError" } });
});
