import { createTestAuthority, type TestAuthority } from "../../test/support/certificates.ts";
import { startTlsFront } from "../../test/support/tls-front.ts";
import { connectValkey } from "./connect.ts";
import { createWakes } from "./wakes.ts";

const target = process.env["TEST_VALKEY_URL"] ?? "redis://127.0.0.1:6379";
let authority: TestAuthority;

beforeAll(() => {
  authority = createTestAuthority();
});
afterAll(() => authority[Symbol.dispose]());

/** The test's Valkey at an address with TLS, with the credentials of its own. */
async function frontAt(names: readonly string[], validity = {}) {
  const front = await startTlsFront(target, authority.issue(names, validity));
  const url = new URL(target);
  url.protocol = "rediss:";
  url.hostname = "localhost";
  url.port = String(front.port);
  return { url: url.href, [Symbol.asyncDispose]: () => front[Symbol.asyncDispose]() };
}

test("the engine reaches Valkey by TLS, with its blocking connections, when it trusts the authority", async () => {
  await using front = await frontAt(["localhost"]);
  const valkey = await connectValkey({ url: front.url, caFile: authority.caFile, name: "tls-test" });
  const wakes = createWakes({ valkey, onError: () => {} });
  try {
    expect(await valkey.ping()).toBe("PONG");
    const woken = wakes.wait(
      { keyPrefix: "{je:tls-test}:", workerId: "w" },
      20_000,
      new AbortController().signal,
    );
    await valkey.rpush("{je:tls-test}:wake:w", "1");
    expect(await woken).toBe("woken");
  } finally {
    wakes.end();
    valkey.disconnect();
  }
});

test.each([
  ["an authority that nobody named", ["localhost"], {}, false, /JOBENGINE_VALKEY_CA_FILE/],
  ["another name", ["valkey.example.com"], {}, true, /JOBENGINE_VALKEY_URL/],
  ["a time that is over", ["localhost"], { fromDays: -20, toDays: -1 }, true, /renewed/],
  ["a time to come", ["localhost"], { fromDays: 1, toDays: 9 }, true, /renewed/],
])(
  "a certificate of %s is refused, and the error says what mends it",
  async (_what, names, validity, isTrusted, words) => {
    await using front = await frontAt(names, validity);
    const caFile = isTrusted ? authority.caFile : undefined;
    await expect(connectValkey({ url: front.url, caFile, name: "tls-test" })).rejects.toThrow(words);
  },
);

test.each([
  [
    "that is not there",
    () => "/nowhere/ca.pem",
    /JOBENGINE_VALKEY_CA_FILE: \/nowhere\/ca.pem cannot be read/,
  ],
  [
    "without a certificate",
    () => authority.issue(["x"]).keyFile,
    /JOBENGINE_VALKEY_CA_FILE: .* holds no PEM/,
  ],
])("a file of authorities %s is told by its setting", async (_what, caFile, words) => {
  const url = "rediss://localhost:1";
  await expect(connectValkey({ url, caFile: caFile(), name: "tls-test" })).rejects.toThrow(words);
});
