#!/bin/sh
# grant-role.sh ROLE PRINCIPAL: gives a user, a group or a service principal (by object id) one of the suite's app roles.
# AUTH_CLIENT_ID is the app registration: eval "$(azd env get-values)".
set -eu

role=${1:?ROLE: Predict, Read, Contribute, Approve or Admin}
principal=${2:?PRINCIPAL: an object id}

resource=$(az ad sp list --filter "appId eq '${AUTH_CLIENT_ID:?}'" --query '[0].id' --output tsv)
id=$(az ad sp show --id "$resource" --query "appRoles[?value=='$role'].id | [0]" --output tsv)
if [ -z "$id" ]; then
  echo "The registration has no role $role." >&2
  exit 1
fi

body=$(mktemp)
trap 'rm -f "$body"' EXIT
printf '{"principalId":"%s","resourceId":"%s","appRoleId":"%s"}' "$principal" "$resource" "$id" > "$body"
az rest --method POST --url "https://graph.microsoft.com/v1.0/servicePrincipals/$resource/appRoleAssignedTo" --headers Content-Type=application/json --body "@$body" --output none
