import { parseStackArguments } from "../../scripts/stack/arguments.ts";

test("reads a verb and its flags", () => {
  expect(
    parseStackArguments(["up", "--data-dir", "x", "--json", "--port-web", "8080", "--port-temporal-ui=8233"]),
  ).toEqual({
    verb: "up",
    dataDir: "x",
    isJson: true,
    isYes: false,
    isServersOnly: false,
    ports: { web: 8080, "temporal-ui": 8233 },
  });
});

test("keeps its data in .jobengine unless told otherwise", () => {
  expect(parseStackArguments(["status"])).toMatchObject({ dataDir: ".jobengine", ports: {} });
});

test("--help needs no verb", () => expect(parseStackArguments(["--help"])).toBe("help"));

test.each([
  [[], /Say one of up, status, down, reset/],
  [["start"], /not "start"/],
  [["up", "down"], /not "up down"/],
  [["up", "--port-web", "http"], /--port-web needs a number from 1 to 65535, not http/],
  [["up", "--port-web", "70000"], /--port-web needs a number/],
  [["up", "--data-dir", ""], /--data-dir needs the name of a folder/],
  [["up", "--nope"], /--nope/],
])("refuses %j", (args, message) => expect(() => parseStackArguments(args)).toThrow(message));
