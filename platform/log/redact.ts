/** Field names whose values never reach a log line, wherever within three levels they stand. */
const secretNames = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "secret",
  "secretAccessKey",
  "token",
  "accessToken",
  "apiKey",
  "workerKey",
  "pageTokenKey",
  "hmacSecret",
  "privateKey",
  "databaseUrl",
];

const quoted = (name: string) => (/^[A-Za-z]+$/.test(name) ? name : `["${name}"]`);
const under = (prefix: string, name: string) =>
  quoted(name).startsWith("[") ? `${prefix}${quoted(name)}` : `${prefix}.${name}`;

/** The paths that pino replaces: each secret name at the root and one, two and three levels down. */
export const redactedPaths: string[] = secretNames.flatMap((name) => [
  quoted(name),
  under("*", name),
  under("*.*", name),
  under("*.*.*", name),
]);

/** What stands in the place of a redacted value. */
export const redactedText = "[redacted]";
