import { z } from "zod";
import { address } from "../values.ts";
import { variable } from "../variable.ts";

const valkeyUrl = () => address(["redis", "rediss", "valkey", "valkeys"], "redis://127.0.0.1:6379");

/** `workerUrl` is always there: the engine's own address without its credentials unless another was given. */
export const valkeyPart = z
  .object({
    url: variable("JOBENGINE_VALKEY_URL", "Valkey as the engine reaches it.", valkeyUrl()),
    workerUrl: variable(
      "JOBENGINE_WORKER_VALKEY_URL",
      "Valkey as workers reach it, told to them at registration. Without it: the engine's address without its credentials.",
      valkeyUrl().optional(),
    ),
  })
  .transform(({ url, workerUrl }) => ({ url, workerUrl: workerUrl ?? withoutCredentials(url) }));

function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = "";
  url.password = "";
  return url.href;
}
