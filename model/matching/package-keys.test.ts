import { factsOf } from "../advisories/facts.ts";
import { parseOsv } from "../advisories/osv.ts";
import { advisoryPackageKeys, componentPackageKeys, purlPackageKeys } from "./package-keys.ts";

function keysOf(purl: string): readonly string[] | string {
  const answer = componentPackageKeys(purl);
  return "reason" in answer ? answer.reason : answer.keys;
}

function advisoryKeys(ecosystem: string, name: string): string[] {
  const record = {
    id: "X-1",
    modified: "2026-01-01T00:00:00Z",
    affected: [{ package: { ecosystem, name } }],
  };
  return advisoryPackageKeys(factsOf(parseOsv(record)));
}

describe("the keys of a component", () => {
  test.each([
    ["pkg:npm/%40angular/core@17.0.0", ["npm|@angular/core"]],
    ["pkg:npm/JSONStream@1.0.0", ["npm|JSONStream"]],
    ["pkg:pypi/Flask_SQLAlchemy@3.0", ["PyPI|flask-sqlalchemy"]],
    ["pkg:maven/org.apache.commons/commons-text@1.9", ["Maven|org.apache.commons:commons-text"]],
    ["pkg:cargo/serde_json@1.0.0", ["crates.io|serde_json"]],
    ["pkg:gem/rails@7.0.0", ["RubyGems|rails"]],
    ["pkg:nuget/Newtonsoft.Json@13.0.1", ["NuGet|newtonsoft.json"]],
    ["pkg:composer/Symfony/HTTP-Kernel@6.0", ["Packagist|symfony/http-kernel"]],
    ["pkg:golang/golang.org/x/net@v0.1.0", ["Go|golang.org/x/net"]],
    ["pkg:golang/std@1.21.0", ["Go|stdlib"]],
    [
      "pkg:golang/github.com/BurntSushi/toml@v0.3.1",
      ["Go|github.com/BurntSushi/toml", "Go|github.com/burntsushi/toml"],
    ],
  ])("%s", (purl, keys) => {
    expect(keysOf(purl)).toEqual(keys);
  });

  test.each([
    ["pkg:deb/debian/openssl@3.0.11-1?distro=debian-12", ["Debian:12|openssl"]],
    ["pkg:deb/debian/openssl@3.0.11-1?distro=debian-12.5", ["Debian:12|openssl"]],
    ["pkg:deb/debian/openssl@3.0.11-1?distro=bookworm", ["Debian:12|openssl"]],
    [
      "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl",
      ["Debian:12|openssl", "Debian:12|libssl3"],
    ],
    [
      "pkg:deb/ubuntu/zlib1g@1.2?distro=ubuntu-22.04&upstream=zlib",
      ["Ubuntu:22.04:LTS|zlib", "Ubuntu:22.04:LTS|zlib1g"],
    ],
    ["pkg:deb/ubuntu/zlib@1.2?distro=ubuntu-23.10", ["Ubuntu:23.10|zlib"]],
    ["pkg:deb/ubuntu/zlib@1.2?distro=ubuntu-23.04", ["Ubuntu:23.04|zlib"]],
    ["pkg:deb/ubuntu/zlib@1.2?distro=noble", ["Ubuntu:24.04:LTS|zlib"]],
    ["pkg:apk/alpine/zlib@1.3-r0?distro=v3.19", ["Alpine:v3.19|zlib"]],
    [
      "pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=alpine-3.19.1&upstream=openssl",
      ["Alpine:v3.19|openssl", "Alpine:v3.19|libcrypto3"],
    ],
  ])("of a distribution name release and source: %s", (purl, keys) => {
    expect(keysOf(purl)).toEqual(keys);
  });

  test("take the version of the source where upstream gives it", () => {
    const purl = "pkg:deb/debian/libgcc-s1@12.2.0-14%2Bb1?distro=debian-12&upstream=gcc-12%4012.2.0-14";
    expect(componentPackageKeys(purl)).toMatchObject({ name: "gcc-12", version: "12.2.0-14" });
  });

  test.each([
    ["no purl at all", "purl_invalid"],
    [`pkg:npm/${"a".repeat(600)}@1`, "purl_invalid"],
    [`pkg:deb/debian/a@1?distro=12&upstream=${"a".repeat(600)}`, "purl_invalid"],
    ["pkg:hex/jason@1.0", "type_not_covered"],
    ["pkg:constructor/jason@1.0", "type_not_covered"],
    ["pkg:deb/debian/openssl@3.0", "distribution_missing"],
    ["pkg:deb/debian/openssl@3.0?distro=constructor", "distribution_unknown"],
    ["pkg:apk/alpine/openssl@3.0?distro=alpine-edge", "distribution_unknown"],
    ["pkg:apk/wolfi/openssl@3.0?distro=wolfi", "distribution_not_covered"],
  ])("%.60s is not matchable: %s", (purl, reason) => {
    expect(keysOf(purl)).toBe(reason);
  });
});

describe("the keys of an advisory", () => {
  test.each([
    ["PyPI", "Flask_SQLAlchemy", "pkg:pypi/flask-sqlalchemy@1"],
    ["NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.JSON@1"],
    ["Go", "github.com/BurntSushi/toml", "pkg:golang/github.com/BurntSushi/toml@v1.0.0"],
    ["Go", "github.com/BurntSushi/toml", "pkg:golang/github.com/burntsushi/toml@v1.0.0"],
    ["Maven:https://repo.example/", "org.a:b", "pkg:maven/org.a/b@1"],
    ["Debian:12", "openssl", "pkg:deb/debian/libssl3@1?distro=bookworm&upstream=openssl"],
    ["Alpine:v3.19", "openssl", "pkg:apk/alpine/libssl3@1?distro=3.19&upstream=openssl"],
  ])("share one with the component they can match: %s %s", (ecosystem, name, purl) => {
    const keys = advisoryKeys(ecosystem, name);
    expect(keys.some((key) => keysOf(purl).includes(key))).toBe(true);
  });

  test("keep the releases of a distribution apart", () => {
    expect(advisoryKeys("Debian:11", "openssl")).toEqual(["Debian:11|openssl"]);
  });
});

describe("the keys of an impact question", () => {
  test("find an installed package by its own name and by its source's", () => {
    const component = keysOf("pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl");
    for (const question of [
      "pkg:deb/debian/libssl3?distro=debian-12",
      "pkg:deb/debian/openssl?distro=debian-12",
    ]) {
      const answer = purlPackageKeys(question);
      expect("keys" in answer && answer.keys.some((key) => component.includes(key))).toBe(true);
    }
  });

  test("without a distribution release ask for all known ones", () => {
    expect(purlPackageKeys("pkg:apk/alpine/openssl")).toMatchObject({
      keys: expect.arrayContaining(["Alpine:v3.19|openssl", "Alpine:v3.20|openssl"]) as string[],
      ecosystem: "Alpine",
    });
  });

  test("find a Go module whatever the case of the question", () => {
    const component = keysOf("pkg:golang/github.com/BurntSushi/toml@v0.3.1");
    const answer = purlPackageKeys("pkg:golang/github.com/burntsushi/toml");
    expect("keys" in answer && answer.keys.some((key) => component.includes(key))).toBe(true);
  });
});
