import { watchFile, unwatchFile } from "node:fs";
import type { Server } from "node:https";
import type { Log } from "../log/log.ts";
import { readPem } from "./read-pem.ts";

/** Where the certificate of a listener lies, and the private key that belongs to it. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The settings that name them. */
const settings = { cert: "JOBENGINE_HTTP_TLS_CERT_FILE", key: "JOBENGINE_HTTP_TLS_KEY_FILE" } as const;

/** How often the files are looked at. */
const lookMs = 10_000;

/** @throws Error that names the setting. */
export function readCertificate({ certFile, keyFile }: CertificateFiles): { cert: string; key: string } {
  return {
    cert: readPem(certFile, "CERTIFICATE", settings.cert),
    key: readPem(keyFile, "PRIVATE KEY", settings.key),
  };
}

/**
 * Uses a renewed certificate for new connections, without a restart. Two files are never replaced at one instant:
 * while they do not fit the old ones stay, and the next look mends it.
 */
export function followCertificate(
  server: Server,
  files: CertificateFiles,
  log: Log,
  intervalMs = lookMs,
): { stop(): void } {
  const reload = () => {
    try {
      server.setSecureContext(readCertificate(files));
      log.info({ certFile: files.certFile }, "the certificate was renewed");
    } catch (error) {
      log.warn({ err: error }, "a changed certificate cannot be used; the old one stays");
    }
  };
  const names = [files.certFile, files.keyFile];
  for (const name of names) watchFile(name, { interval: intervalMs, persistent: false }, reload);
  return {
    stop() {
      for (const name of names) unwatchFile(name, reload);
    },
  };
}
