#!/bin/sh
# The smoke test of azd's environment, as whoever is signed in to the Azure CLI; they need the role Read or Predict.
set -eu

url=$(azd env get-value SUITE_URL)
token=$(az account get-access-token --resource "api://${AUTH_CLIENT_ID:-$(azd env get-value AUTH_CLIENT_ID)}" --query accessToken --output tsv)
if [ -n "${GITHUB_ACTIONS:-}" ]; then
  echo "::add-mask::$token"
fi
SMOKE_HEADER="Authorization: Bearer $token" exec "$(dirname "$0")/smoke.sh" "$url"
