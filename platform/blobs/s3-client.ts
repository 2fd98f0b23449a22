import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { DomainError } from "../../model/errors.ts";

export interface S3Settings {
  /** The server; AWS itself when absent. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly forcePathStyle: boolean;
}

/**
 * A client with every wait bounded. Checksums are sent only where S3 demands them: servers that are not AWS refuse
 * the newer ones, and our own digest is checked on each read.
 */
export function createS3Client(settings: S3Settings): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey, forcePathStyle } = settings;
  return new S3Client({
    region,
    forcePathStyle,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 5000,
      socketTimeout: 30_000,
      requestTimeout: 120_000,
      throwOnRequestTimeout: true,
    },
    ...(endpoint !== undefined && { endpoint }),
  });
}

export function isAbsent(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.name === "NoSuchKey" || error.name === "NotFound");
}

/**
 * Runs a call; what the server or the network cannot do now becomes `unavailable`. What the server refuses (a wrong
 * key, a missing bucket) stays as it is: trying again does not help.
 */
export async function callS3<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isRefusal = error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 500) < 500;
    if (error instanceof DomainError || isRefusal) throw error;
    throw new DomainError("unavailable", "The blob store cannot be reached. Try again.", { cause: error });
  }
}
