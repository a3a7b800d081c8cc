// Everything in the resource group. What depends on what is between these modules; who may do what is in rbac.bicep alone.
import { Naming, Profile } from 'types.bicep'

param naming Naming
param profile Profile
param authClientId string
param privateNetworking bool
param privateIngress bool
param namedKeys bool
param alertEmail string

@description('Where the app reads its code from.')
var packageContainer = 'app-package'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: naming.identity
  location: naming.location
  tags: naming.tags
}

module network 'modules/network.bicep' = if (privateNetworking) {
  params: { naming: naming }
}

module monitoring 'modules/monitoring.bicep' = {
  params: { naming: naming, profile: profile }
}

module storage 'modules/storage.bicep' = {
  params: {
    naming: naming
    profile: profile
    packageContainer: packageContainer
    privateNetworking: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

module events 'modules/events.bicep' = {
  params: { naming: naming, privateNetworking: privateNetworking, workspaceId: monitoring.outputs.workspaceId }
}

module vault 'modules/vault.bicep' = {
  params: {
    naming: naming
    profile: profile
    privateNetworking: privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

module rbac 'rbac.bicep' = {
  params: {
    appPrincipalId: identity.properties.principalId
    topicPrincipalId: events.outputs.topicPrincipalId
    naming: naming
    eventsByQueue: privateNetworking
  }
  dependsOn: [storage, vault]
}

module serviceEndpoints 'modules/endpoints.bicep' = if (privateNetworking) {
  params: { naming: naming, of: 'services' }
  dependsOn: [network, storage, vault, events]
}

module app 'modules/app.bicep' = {
  params: {
    naming: naming
    profile: profile
    packageContainer: packageContainer
    topicEndpoint: events.outputs.topicEndpoint
    hashKeyUri: vault.outputs.hashKeyUri
    webhookKeyUri: vault.outputs.webhookKeyUri
    authClientId: authClientId
    namedKeys: namedKeys
    privateNetworking: privateNetworking
    privateIngress: privateIngress
  }
  // Without its roles and its way to them the app reads neither its code nor its secrets.
  dependsOn: [storage, rbac, serviceEndpoints]
}

module appEndpoint 'modules/endpoints.bicep' = if (privateIngress) {
  params: { naming: naming, of: 'app' }
  dependsOn: [network, app]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    naming: naming
    enabled: profile.alerts
    email: alertEmail
  }
  dependsOn: [monitoring, events, storage]
}

@description('Where the suite answers.')
output url string = app.outputs.url
