#!/bin/sh
# smoke.sh URL: whether a deployed suite works, without changing anything. Ends with 0 when all checks hold.
#   SMOKE_HEADER  how to be let in by somebody with the role Read or Predict: "Authorization: Bearer …" or "x-api-key: …"
#   SMOKE_MODEL   a model that must be ready (optional)
#   SMOKE_TRIES   how often a check is tried (12), with SMOKE_PAUSE seconds between (5): an instance may still be starting
set -eu

url=${1:?URL}
url=${url%/}
tries=${SMOKE_TRIES:-12}
pause=${SMOKE_PAUSE:-5}
failed=0

# status PATH [HEADER]: the answer's status; 000 when there is none.
status() {
  if [ $# -gt 1 ]; then
    curl --silent --output /dev/null --max-time 30 --write-out '%{http_code}' --header "$2" "$url$1" || true
  else
    curl --silent --output /dev/null --max-time 30 --write-out '%{http_code}' "$url$1" || true
  fi
}

# check WHAT EXPECTED PATH [HEADER]
check() {
  what=$1
  expected=$2
  shift 2
  left=$tries
  while :; do
    got=$(status "$@")
    if [ "$got" = "$expected" ]; then
      echo "ok      $what"
      return
    fi
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      break
    fi
    sleep "$pause"
  done
  echo "FAILED  $what: $1 answered $got, not $expected"
  failed=1
}

check "the process lives" 200 /v2/health/live
check "it is ready" 200 /v2/health/ready
check "its dependencies are well" 200 /health
check "its reference is served" 200 /openapi.json
check "strangers are not let in" 401 /v2/models
if [ -n "${SMOKE_HEADER:-}" ]; then
  check "callers are let in" 200 /v2/models "$SMOKE_HEADER"
  if [ -n "${SMOKE_MODEL:-}" ]; then
    check "$SMOKE_MODEL is ready" 200 "/v2/models/$SMOKE_MODEL/ready" "$SMOKE_HEADER"
  fi
fi
exit "$failed"
