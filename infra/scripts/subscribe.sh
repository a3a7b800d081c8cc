#!/bin/sh
# azd's postdeploy hook: subscribes the functions to the topic. They have to be there first; after a deployment that takes a while.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
group=${AZURE_RESOURCE_GROUP:?azd sets it}
app=${SUITE_APP_NAME:?azd sets it}

tries=${SUITE_SUBSCRIBE_TRIES:-30}
pause=${SUITE_SUBSCRIBE_PAUSE:-10}
until [ -n "$(az functionapp function list --resource-group "$group" --name "$app" --query "[?ends_with(name, '/HearRolloutEvent')].name" --output tsv)" ]; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    echo "The app $app does not list its functions: has the deployment failed?" >&2
    exit 1
  fi
  sleep "$pause"
done

az deployment group create --resource-group "$group" --name subscriptions --output none \
  --template-file "$here/../subscriptions.bicep" \
  --parameters "topicName=${SUITE_TOPIC_NAME:?azd sets it}" "appName=$app" "storageName=${SUITE_STORAGE_NAME:?azd sets it}" \
    "eventsByQueue=${SUITE_EVENTS_BY_QUEUE:?azd sets it}"
