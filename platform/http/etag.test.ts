import { etagOf, notModified, readIfMatch } from "./etag.ts";
import { emptyApp } from "./testing/sample-app.ts";

const { app } = emptyApp();
app.get("/thing", (c) => notModified(c, etagOf(3)) ?? c.json({ revision: 3 }));
app.put("/thing", (c) => c.json({ expected: readIfMatch(c) ?? "any" }));

const put = (headers: Record<string, string>) => app.request("/thing", { method: "PUT", headers });
const get = (tag: string) => app.request("/thing", { headers: { "if-none-match": tag } });

test("a change without If-Match is 428", async () => {
  expect((await put({})).status).toBe(428);
});

test.each(['"x"', "3", 'W/"3"', '"3", "4"', '"2147483648"', '"999999999999999"'])(
  "If-Match: %s can be no revision of ours and is 412",
  async (tag) => {
    expect((await put({ "if-match": tag })).status).toBe(412);
  },
);

test("If-Match gives the revision, or any", async () => {
  expect(await (await put({ "if-match": etagOf(3) })).json()).toEqual({ expected: 3 });
  expect(await (await put({ "if-match": "*" })).json()).toEqual({ expected: "any" });
});

test.each(['"3"', 'W/"3"', '"1", "3"', "*"])("If-None-Match: %s is 304 with the tag", async (tag) => {
  const response = await get(tag);
  expect([response.status, response.headers.get("etag"), await response.text()]).toEqual([304, '"3"', ""]);
});

test("another tag gets the document", async () => {
  expect((await get('"2"')).status).toBe(200);
});
