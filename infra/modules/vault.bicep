// The two secrets that no identity can stand for: keys of the suite's own cryptography. Made once, never seen, never overwritten.
import { Naming, Profile } from '../types.bicep'

param naming Naming
param profile Profile
param privateNetworking bool
param workspaceId string

@description('Random, and used where the secret does not exist yet.')
@secure()
param hashKeySeed string = newGuid()

@secure()
param hashKeySalt string = newGuid()

@secure()
param webhookKeySeed string = newGuid()

@secure()
param webhookKeySalt string = newGuid()

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: naming.vault
  location: naming.location
  tags: naming.tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // The service takes true or nothing: it cannot be switched off again.
    enablePurgeProtection: profile.purgeProtection ? true : null
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: privateNetworking ? 'Deny' : 'Allow' }
  }

  @description('Of the hashes that policies ask for.')
  @onlyIfNotExists()
  resource hashKey 'secrets' = {
    name: 'prediction-log-hash-key'
    properties: { value: base64('${hashKeySeed}${hashKeySalt}'), contentType: 'base64' }
  }

  @description('That the secrets of webhooks are encrypted under.')
  @onlyIfNotExists()
  resource webhookKey 'secrets' = {
    name: 'webhooks-secret-key'
    properties: { value: base64('${webhookKeySeed}${webhookKeySalt}'), contentType: 'base64' }
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

@description('Where the value of PredictionLog__HashKey is.')
output hashKeyUri string = vault::hashKey.properties.secretUri

@description('Where the value of Webhooks__SecretKey is.')
output webhookKeyUri string = vault::webhookKey.properties.secretUri
