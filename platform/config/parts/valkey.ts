import { z } from "zod";
import { address, text } from "../values.ts";
import { allows, variable } from "../variable.ts";

/** The schemes that the client knows: it would take any other for the name of a host. */
const valkeyUrl = () => address(["redis", "rediss"], "redis://127.0.0.1:6379");

/** Told to every worker of the pool, and each signs in with its own key: credentials have no place in it. */
const workerUrl = () =>
  allows(
    "an address without user name and password, such as `redis://127.0.0.1:6379`",
    valkeyUrl().refine((url) => !URL.canParse(url) || url === withoutCredentials(url)),
  );

/** `workerUrl` is always there: the engine's own address without its credentials unless another was given. */
export const valkeyPart = z
  .object({
    url: variable("JOBENGINE_VALKEY_URL", "Valkey as the engine reaches it.", valkeyUrl()),
    caFile: variable(
      "JOBENGINE_VALKEY_CA_FILE",
      "A PEM file with the authorities to trust for a `rediss` address, instead of the system's.",
      text("a path").optional(),
    ),
    workerUrl: variable(
      "JOBENGINE_WORKER_VALKEY_URL",
      "Valkey as workers reach it, told to them at registration. Without it: the engine's address without its credentials.",
      workerUrl().optional(),
    ),
  })
  .transform(({ workerUrl: given, ...rest }) => ({
    ...rest,
    workerUrl: given ?? withoutCredentials(rest.url),
  }));

function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = "";
  url.password = "";
  return url.href;
}
