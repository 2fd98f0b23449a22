import { liveKeyMs, rememberLiveKeys } from "./live-keys.ts";

const record = { keyId: "0123456789abcdef", pool: "default", secretSha256: "00" };

function noted(answers: (typeof record | undefined | Error)[]) {
  const clock = { nowMs: 0, asked: 0 };
  const lookup = rememberLiveKeys(
    async () => {
      const answer = answers[clock.asked++];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    () => clock.nowMs,
  );
  return { clock, lookup };
}

test("a live key is looked up once in two seconds, also by requests that come at the same time", async () => {
  const { clock, lookup } = noted([record, undefined]);
  expect(await Promise.all([lookup("a"), lookup("a")])).toEqual([record, record]);
  clock.nowMs = liveKeyMs - 1;
  expect(await lookup("a")).toEqual(record);
  expect(clock.asked).toBe(1);
});

test("a key that was revoked is found out after two seconds", async () => {
  const { clock, lookup } = noted([record, undefined]);
  await lookup("a");
  clock.nowMs = liveKeyMs;
  expect(await lookup("a")).toBeUndefined();
});

test("a key that is unknown, and a lookup that failed, are asked for again", async () => {
  const { lookup } = noted([undefined, new Error("away"), record]);
  expect(await lookup("a")).toBeUndefined();
  await expect(lookup("a")).rejects.toThrow("away");
  expect(await lookup("a")).toEqual(record);
});
