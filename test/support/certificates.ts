/**
 * Certificates for tests, made as they run: a small writer of X.509 (RFC 5280) in DER, since neither Node nor a bare
 * machine makes any. Keys are on the curve P-256.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** An authority with its own certificate in a file; disposal removes all files that it made. */
export interface TestAuthority extends Disposable {
  readonly caFile: string;
  /** A certificate that it signs, with its key, in files. The names are host names and addresses. */
  issue(names: readonly string[], validity?: Validity): { certFile: string; keyFile: string };
}

export interface Validity {
  /** Days from now, below 0 in the past. */
  readonly fromDays?: number;
  readonly toDays?: number;
}

export function createTestAuthority(name = "test authority"): TestAuthority {
  const folder = mkdtempSync(path.join(tmpdir(), "jobengine-tls-"));
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = { name, key: own.privateKey, publicKey: own.publicKey };
  const write = (file: string, text: string) => {
    writeFileSync(path.join(folder, file), text, { mode: 0o600 });
    return path.join(folder, file);
  };
  const caExtensions = [
    extension("2.5.29.19", sequence(boolean(true)), true), // basicConstraints: an authority
    extension("2.5.29.15", Buffer.from([0x03, 0x02, 0x01, 0x06]), true), // keyUsage: signs certificates and lists
  ];
  const caFile = write(
    "ca.pem",
    certificate({ issuer, subject: name, publicKey: own.publicKey, extensions: caExtensions }),
  );
  let issued = 0;
  return {
    caFile,
    issue(names, validity) {
      const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const extensions = [
        extension("2.5.29.19", sequence(), true), // basicConstraints: no authority
        extension("2.5.29.15", Buffer.from([0x03, 0x02, 0x07, 0x80]), true), // keyUsage: signs
        extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))), // extKeyUsage: a server
        extension("2.5.29.17", sequence(...names.map(generalName))), // subjectAltName
      ];
      const subject = names[0] ?? "nobody";
      const text = certificate({ issuer, subject, publicKey: pair.publicKey, extensions, ...validity });
      issued += 1;
      return {
        certFile: write(`cert-${issued}.pem`, text),
        keyFile: write(
          `key-${issued}.pem`,
          pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        ),
      };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface Content extends Validity {
  readonly issuer: { readonly name: string; readonly key: KeyObject; readonly publicKey: KeyObject };
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

/** One certificate as PEM. */
function certificate({
  issuer,
  subject,
  publicKey,
  extensions,
  fromDays = -1,
  toDays = 30,
}: Content): string {
  const algorithm = sequence(oid("1.2.840.10045.4.3.2")); // ecdsa-with-SHA256
  const keyIds = [
    extension("2.5.29.14", tagged(0x04, keyId(publicKey))), // subjectKeyIdentifier
    extension("2.5.29.35", sequence(tagged(0x80, keyId(issuer.publicKey)))), // authorityKeyIdentifier
  ];
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))), // version 3
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // serial number
    algorithm,
    commonName(issuer.name),
    sequence(time(fromDays), time(toDays)),
    commonName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions, ...keyIds)),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", content, issuer.key)]));
  const der = sequence(content, algorithm, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${der.replaceAll(/(.{64})/g, "$1\n")}\n-----END CERTIFICATE-----\n`;
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  // DER takes the shortest form of a length, and Go holds one to it.
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const digits = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...digits]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]));

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
}

const commonName = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(oid("2.5.4.3"), tagged(0x0c, Buffer.from(name)))));

function time(days: number): Buffer {
  const at = new Date(Date.now() + days * 86_400_000).toISOString();
  // UTCTime, as demanded before 2050.
  return tagged(0x17, Buffer.from(`${at.replaceAll(/[-:T]/g, "").slice(2, 14)}Z`));
}

function generalName(name: string): Buffer {
  if (isIP(name) === 4) return tagged(0x87, Buffer.from(name.split(".").map(Number)));
  return tagged(0x82, Buffer.from(name));
}

const extension = (id: string, value: Buffer, isCritical = false): Buffer =>
  sequence(oid(id), ...(isCritical ? [boolean(true)] : []), tagged(0x04, value));

const keyId = (key: KeyObject): Buffer =>
  createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
