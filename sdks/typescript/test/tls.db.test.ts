import path from "node:path";
import { expectTls } from "../../conformance/testing/over-tls.ts";
import { createWorker } from "../src/index.ts";

const program = path.join(import.meta.dirname, "../conformance/worker.ts");
const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(program)}`;

test("jobs are done by TLS over both transports, and a certificate that is refused is told with what mends it", async () => {
  await expectTls(command, { caFile: /caFile/, address: /apiUrl/ });
}, 180_000);

test.each([
  ["that is not there", "/nowhere/ca.pem", /caFile cannot be read/],
  ["without a certificate", program, /caFile holds no PEM/],
])("a caFile %s is refused at once", (_what, caFile, says) => {
  const workerKey = `wk_${"0".repeat(16)}_${"0".repeat(64)}`;
  const make = () =>
    createWorker({ apiUrl: "https://localhost:1", workerKey, kinds: { a: () => {} }, caFile });
  expect(make).toThrow(says);
});
