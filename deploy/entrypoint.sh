#!/bin/sh
# Starts one role of JobEngine; the process takes the place of this script, so it gets the signals.
set -eu

# A worker key that the role mint-worker-key has left in a shared volume.
key_file=/run/jobengine/worker-key

role=${1:-}
[ $# -eq 0 ] || shift
case "$role" in
  scheduler-web) exec node api/main.ts ;;
  scheduler-worker) exec node activities/main.ts ;;
  scan-worker)
    if [ -z "${JOBENGINE_WORKER_KEY:-}" ] && [ -r "$key_file" ]; then
      JOBENGINE_WORKER_KEY=$(cat "$key_file")
      export JOBENGINE_WORKER_KEY
    fi
    exec node scanner/main.ts
    ;;
  migrate) exec node scripts/migrate.ts ;;
  mint-worker-key)
    # One key in the life of the volume, readable by its owner only.
    [ ! -s "$key_file" ] || exit 0
    umask 077
    node scripts/mint-worker-key.ts "$@" > "$key_file.unfinished"
    mv "$key_file.unfinished" "$key_file"
    ;;
  *)
    echo "Say which role: scheduler-web, scheduler-worker, scan-worker, migrate or mint-worker-key." >&2
    exit 2
    ;;
esac
