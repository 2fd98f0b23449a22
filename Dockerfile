# One image for every role of JobEngine; the role is its argument:
#   docker run IMAGE scheduler-web | scheduler-worker | scan-worker | migrate | mint-worker-key
# Node is the version that package.json pins; Debian, since Temporal's native core needs glibc.

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without install scripts: none of the production dependencies needs one.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    JOBENGINE_HTTP_HOST=0.0.0.0 \
    JOBENGINE_HTTP_PORT=8080 \
    JOBENGINE_METRICS_HOST=0.0.0.0 \
    JOBENGINE_METRICS_PORT=8080 \
    JOBENGINE_BLOB_DIR=/var/lib/jobengine/blobs
WORKDIR /app
RUN mkdir -p /var/lib/jobengine/blobs /run/jobengine && chown -R node:node /var/lib/jobengine /run/jobengine
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["node", "deploy/healthcheck.ts"]
ENTRYPOINT ["/app/deploy/entrypoint.sh"]
CMD ["scheduler-web"]
