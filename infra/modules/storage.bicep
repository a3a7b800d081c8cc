// The storage account and everything that the suite keeps in it. The names are those of functions/Services/Storage: a test compares.
import { Naming, Profile } from '../types.bicep'

param naming Naming
param profile Profile
param packageContainer string
param privateNetworking bool
param workspaceId string

@description('The registry, its listing, its audit trail and its keys; findings; how requests went; alerts.')
var tables = [
  'models'
  'catalog'
  'auditindex'
  'keys'
  'findings'
  'requests'
  'alerts'
  'alertsettings'
]

@description('Artifacts, the prediction log with what turned out to be true, baselines, findings.')
var containers = [
  'artifacts'
  'predictions'
  'labels'
  'outcomes'
  'baselines'
  'reports'
]

@description('Work, the events that come by queue, and what failed again and again and is still waited for.')
var queues = [
  'outbox-requests'
  'erasure-requests'
  'log-upkeep'
  'scan-requests'
  'scan-requests-poison'
  'alert-requests'
  'alert-deliveries'
  'alert-releases'
  'alert-upkeep'
  'rollout-requests'
  'events-to-project'
  'events-to-tell'
  'events-to-hear'
]

@description('Not the suite\'s: Event Grid leaves here what it could not deliver.')
var deadLetterContainer = 'event-dead-letters'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: naming.storage
  location: naming.location
  tags: naming.tags
  kind: 'StorageV2'
  sku: { name: profile.storageRedundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      // Event Grid is a trusted service: it reaches the queues and the dead letters past the firewall by its own identity.
      bypass: 'AzureServices'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      containerDeleteRetentionPolicy: { enabled: true, days: profile.containerRetentionDays }
      // What was erased is to be gone: no deleted blob is kept.
      deleteRetentionPolicy: { enabled: false }
    }

    resource suiteContainers 'containers' = [for name in containers: { name: name }]
    resource package 'containers' = { name: packageContainer }
    resource deadLetters 'containers' = { name: deadLetterContainer }
  }

  resource tableService 'tableServices' = {
    name: 'default'
    resource suiteTables 'tables' = [for name in tables: { name: name }]
  }

  resource queueService 'queueServices' = {
    name: 'default'
    resource suiteQueues 'queues' = [for name in queues: { name: name }]
  }

  // Retention of predictions is each model's policy, and the suite keeps it itself. Here is only what no policy speaks of.
  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'uploads-nobody-registered'
            type: 'Lifecycle'
            enabled: true
            definition: {
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } }
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['artifacts/staging/'] }
            }
          }
          {
            name: 'dead-letters'
            type: 'Lifecycle'
            enabled: true
            definition: {
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 90 } } }
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${deadLetterContainer}/'] }
            }
          }
          {
            name: 'reports-to-cool'
            type: 'Lifecycle'
            enabled: true
            definition: {
              actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 90 } } }
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['reports/'] }
            }
          }
        ]
      }
    }
    // The rules look for blobs of a service whose properties are being set.
    dependsOn: [blobs]
  }
}

resource blobAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    // Who deleted what. Reads and writes are the suite's own, and as many as predictions.
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}
