import { readFileSync } from "node:fs";

/** Reads a PEM file that a setting names. @throws Error that names the setting when there is nothing of the kind. */
export function readPem(file: string, kind: "CERTIFICATE" | "PRIVATE KEY", setting: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${setting}: ${file} cannot be read.`, { cause: error });
  }
  if (!new RegExp(`-----BEGIN (?:[A-Z]+ )?${kind}-----`).test(text))
    throw new Error(`${setting}: ${file} holds no PEM ${kind.toLowerCase()}.`);
  return text;
}
