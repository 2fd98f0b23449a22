import { parseVersRange } from "../versions/vers-range.ts";
import { affectedByRange, parseProductKey } from "./product-key.ts";

function covers(key: string, component: string): boolean {
  const parsed = parseProductKey(key);
  if ("reason" in parsed) throw new Error(parsed.reason);
  return parsed.covers(component);
}

describe("a product key", () => {
  test("without a version covers every version", () => {
    expect(covers("pkg:npm/lodash", "pkg:npm/lodash@4.17.20")).toBe(true);
    expect(covers("pkg:npm/lodash", "pkg:npm/lodash")).toBe(true);
  });

  test("with a version covers the same version only, however its ecosystem writes it", () => {
    expect(covers("pkg:nuget/Newtonsoft.Json@12.0", "pkg:nuget/Newtonsoft.Json@12.0.0")).toBe(true);
    expect(covers("pkg:nuget/Newtonsoft.Json@12.0", "pkg:nuget/Newtonsoft.Json@12.0.1")).toBe(false);
  });

  test("with a version in a distribution means the installed package or its source", () => {
    const component = "pkg:deb/debian/libssl3@3.0.11-1%2Bb1?distro=debian-12&upstream=openssl%403.0.11-1";
    expect(covers("pkg:deb/debian/libssl3@3.0.11-1%2Bb1?distro=debian-12", component)).toBe(true);
    expect(covers("pkg:deb/debian/openssl@3.0.11-1?distro=debian-12", component)).toBe(true);
    expect(covers("pkg:deb/debian/openssl@3.0.12-1?distro=debian-12", component)).toBe(false);
  });

  test.each(["pkg:npm/lodash@vers:npm/<4.17.21", "pkg:npm/lodash?vers=vers:npm/%3C4.17.21"])(
    "with a range covers what lies in it: %s",
    (key) => {
      expect(covers(key, "pkg:npm/lodash@4.17.20")).toBe(true);
      expect(covers(key, "pkg:npm/lodash@4.17.21")).toBe(false);
    },
  );

  test("with a broken range is refused", () => {
    expect(() => parseProductKey("pkg:npm/lodash@vers:npm/>=x")).toThrow("names no version");
  });

  test("that names no package says why", () => {
    expect(parseProductKey("lodash")).toEqual({ reason: "purl_invalid", type: undefined });
  });
});

describe("a range", () => {
  test("never covers a component of another ecosystem's order", () => {
    expect(affectedByRange("pkg:pypi/lodash@1.0", parseVersRange("vers:npm/>=0.1"))).toBe(false);
  });

  test("never covers a component without a version, unless it is *", () => {
    expect(affectedByRange("pkg:npm/lodash", parseVersRange("vers:npm/>=0.1"))).toBe(false);
    expect(affectedByRange("pkg:npm/lodash", parseVersRange("vers:npm/*"))).toBe(true);
  });
});
