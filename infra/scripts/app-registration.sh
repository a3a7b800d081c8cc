#!/bin/sh
# azd's preprovision hook: the app registration that tokens are for, with the suite's app roles. Run as often as you like:
# what is there is brought up to app-roles.json, nothing is made twice. AUTH_CLIENT_ID set beforehand is left alone, for those
# whose directory is kept by others (and for pipelines, which have no right to it).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name="serverless-mlops-${AZURE_ENV_NAME:?azd sets it}"
cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46 # Azure CLI, so that people get tokens by az account get-access-token
scope=3c1f6a3e-7f0b-4f43-8a57-2a8e5c0d9b10

if [ -n "${AUTH_CLIENT_ID:-}" ] && [ -z "${AUTH_OBJECT_ID:-}" ]; then
  echo "AUTH_CLIENT_ID is given: its registration is left as it is."
  exit 0
fi

client=${AUTH_CLIENT_ID:-$(az ad app list --filter "displayName eq '$name'" --query '[0].appId' --output tsv)}
if [ -z "$client" ]; then
  client=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
  echo "Made the app registration $name."
fi
object=$(az ad app show --id "$client" --query id --output tsv)

body=$(mktemp)
trap 'rm -f "$body"' EXIT

# patch CLIENTS: roles and scope, with the clients that need no consent.
patch() {
  cat > "$body" <<JSON
{
  "identifierUris": ["api://$client"],
  "appRoles": $(cat "$here/../app-roles.json"),
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [
      {
        "id": "$scope",
        "value": "user_impersonation",
        "type": "User",
        "isEnabled": true,
        "adminConsentDisplayName": "Call the suite",
        "adminConsentDescription": "Call the suite as the signed-in user, with the app roles that they have."
      }
    ],
    "preAuthorizedApplications": $1
  }
}
JSON
  az rest --method PATCH --url "https://graph.microsoft.com/v1.0/applications/$object" --headers Content-Type=application/json --body "@$body" --output none
}

# A client can be let through to a scope only once the scope is there.
patch "[]"
patch "[{\"appId\": \"$cli\", \"delegatedPermissionIds\": [\"$scope\"]}]"

if [ -z "$(az ad sp list --filter "appId eq '$client'" --query '[0].id' --output tsv)" ]; then
  az ad sp create --id "$client" --output none
fi
# Who has no role gets no token.
az ad sp update --id "$client" --set appRoleAssignmentRequired=true --output none

azd env set AUTH_CLIENT_ID "$client"
azd env set AUTH_OBJECT_ID "$object"
