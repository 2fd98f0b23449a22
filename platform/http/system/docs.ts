import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { notFound } from "../../../model/errors.ts";
import type { HttpApp } from "../env.ts";

const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** The files of the page, all from our own origin. Addresses are relative so that a gateway may add a prefix. */
const files: Record<string, { type: string; load: () => Promise<string | Buffer> }> = {
  "swagger-ui.css": { type: "text/css; charset=utf-8", load: () => readFile(join(folder, "swagger-ui.css")) },
  "swagger-ui-bundle.js": {
    type: "text/javascript; charset=utf-8",
    load: () => readFile(join(folder, "swagger-ui-bundle.js")),
  },
  "start.js": { type: "text/javascript; charset=utf-8", load: () => Promise.resolve(startScript) },
};

const page = (title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** `validatorUrl: null` keeps the page from sending the document to a validator on the internet. */
const startScript = `SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#api",
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: false,
  queryConfigEnabled: false,
});
`;

/** Scripts and calls to our own origin only; the page builds its icons as inline styles and data images. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Mounts the browsable API page at `/docs`. Works without internet. */
export function mountDocs(app: HttpApp, title: string): void {
  const headers = { "content-security-policy": contentPolicy, "cache-control": "public, max-age=3600" };
  app.get("/docs", (c) =>
    c.body(page(title), 200, { ...headers, "content-type": "text/html; charset=utf-8" }),
  );
  app.get("/docs/:file", async (c) => {
    const name = c.req.param("file");
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    if (file === undefined) throw notFound("file", name);
    return c.body((await file.load()) as string, 200, { ...headers, "content-type": file.type });
  });
}
