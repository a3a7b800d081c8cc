targetScope = 'subscription'

import { Naming, Profile } from 'types.bicep'

@description('The environment: in names, in tags, and what azd calls it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('The region of everything.')
param location string

@description('Which of environments/*.json is in force.')
@allowed(['dev', 'prod'])
param profile string

@description('The app registration that tokens are for. infra/scripts/app-registration.sh makes it before azd provisions.')
@minLength(36)
@maxLength(36)
param authClientId string

@description('Whether storage, the vault and the topic are reached by private endpoints only.')
param privateNetworking bool

@description('Whether the app too is reached by a private endpoint only. Needs privateNetworking.')
param privateIngress bool

@description('Whether requests without a token reach the app, which then asks for one of its own keys.')
param namedKeys bool

@description('Who is told of alerts; empty: the rules fire, and nobody is told.')
param alertEmail string

var profiles = {
  dev: loadJsonContent('environments/dev.json')
  prod: loadJsonContent('environments/prod.json')
}

var chosen Profile = profiles[profile]

var token = uniqueString(subscription().id, environmentName, location)

var naming Naming = {
  token: token
  location: location
  tags: {
    application: 'serverless-mlops'
    profile: profile
    'azd-env-name': environmentName
  }
  app: 'func-${token}'
  identity: 'id-${token}'
  insights: 'appi-${token}'
  network: 'vnet-${token}'
  storage: 'st${token}'
  topic: 'evgt-${token}'
  vault: 'kv-${token}'
}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: naming.tags
}

module suite 'suite.bicep' = {
  scope: group
  params: {
    naming: naming
    profile: chosen
    authClientId: authClientId
    privateNetworking: privateNetworking
    privateIngress: privateNetworking && privateIngress
    namedKeys: namedKeys
    alertEmail: alertEmail
  }
}

@description('For azd, and for the hook that subscribes the functions.')
output AZURE_RESOURCE_GROUP string = group.name
output SUITE_APP_NAME string = naming.app
output SUITE_URL string = suite.outputs.url
output SUITE_TOPIC_NAME string = naming.topic
output SUITE_STORAGE_NAME string = naming.storage
output SUITE_EVENTS_BY_QUEUE bool = privateNetworking
