import fc from "fast-check";
import { readTraceContext, traceContext } from "./trace-context.ts";

const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

test("a trace is taken over as it is", () => {
  expect(readTraceContext(good, "congo=t61rcWkgMzE, rojo=00f067aa0ba902b7")).toEqual({
    traceparent: good,
    tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
  });
  expect(readTraceContext(good, undefined)).toEqual({ traceparent: good });
});

test.each([
  undefined,
  "",
  "nonsense",
  good.toUpperCase(),
  `${good}-more`,
  good.replace(/^00/, "ff"),
  good.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
  good.replace("00f067aa0ba902b7", "0".repeat(16)),
])("%j is no trace", (text) => {
  expect(readTraceContext(text, "congo=1")).toBeUndefined();
});

test("a later version is read as far as this one goes", () => {
  const later = `${good.replace(/^00/, "01")}-more`;
  expect(readTraceContext(later, undefined)).toEqual({ traceparent: good });
});

test("whatever stands in the headers, what is read is of the form and short, and reads as itself", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constant(good)),
      fc.oneof(
        fc.string({ maxLength: 2_000 }),
        fc
          .array(fc.stringMatching(/^[a-z]{1,9}=[!-~]{1,99}$/), { maxLength: 60 })
          .map((all) => all.join(",")),
      ),
      (traceparent, tracestate) => {
        const read = readTraceContext(traceparent, tracestate);
        if (read === undefined) return;
        expect(traceContext.parse(read)).toEqual(read);
        expect(readTraceContext(read.traceparent, read.tracestate)).toEqual(read);
      },
    ),
  );
});
