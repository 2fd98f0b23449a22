/** The thread in which large SBOMs are read: it gets the bytes and answers once. */
import { parentPort, workerData } from "node:worker_threads";
import { DomainError } from "../../model/errors.ts";
import { parseSbomBytes } from "./parse-sbom-bytes.ts";
import type { ThreadAnswer } from "./read-sbom.ts";

function answer(): ThreadAnswer {
  try {
    return { sbom: parseSbomBytes(workerData as Uint8Array) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { refused: { code: error.code, message: error.message, fields: error.fields } };
  }
}

parentPort?.postMessage(answer(), []);
