// Who may do what, all of it: two identities, each role on the narrowest resource that it works on. People's roles are app roles, see app-roles.json.
import { Naming } from 'types.bicep'

param appPrincipalId string
param topicPrincipalId string
param naming Naming

@description('Whether events come by Storage queues.')
param eventsByQueue bool

var roles = {
  // The host's locks, keys and timers, and the app's code, are blobs too: the platform asks for Owner.
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageQueueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  eventGridDataSender: 'd5a91429-5739-47e2-a06b-3470a27159e7'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

@description('One queue a function: see subscriptions.bicep.')
var eventQueues = eventsByQueue ? ['events-to-project', 'events-to-tell', 'events-to-hear'] : []

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: naming.storage

  resource blobs 'blobServices' existing = {
    name: 'default'
    resource deadLetters 'containers' existing = { name: 'event-dead-letters' }
  }

  resource queueService 'queueServices' existing = {
    name: 'default'
    resource queues 'queues' existing = [for name in eventQueues: { name: name }]
  }
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = { name: naming.topic }
resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = { name: naming.vault }
resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: naming.insights }

resource appOnStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [
    roles.storageBlobDataOwner
    roles.storageQueueDataContributor
    roles.storageTableDataContributor
  ]: {
    name: guid(storage.id, naming.identity, role)
    scope: storage
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource appOnTopic 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, naming.identity, roles.eventGridDataSender)
  scope: topic
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.eventGridDataSender)
  }
}

resource appOnVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, naming.identity, roles.keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

resource appOnInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, naming.identity, roles.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
  }
}

resource topicOnDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::deadLetters.id, naming.topic, roles.storageBlobDataContributor)
  scope: storage::blobs::deadLetters
  properties: {
    principalId: topicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageBlobDataContributor
    )
  }
}

resource topicOnQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in eventQueues: {
    name: guid(storage::queueService::queues[i].id, naming.topic, roles.storageQueueDataMessageSender)
    scope: storage::queueService::queues[i]
    properties: {
      principalId: topicPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles.storageQueueDataMessageSender
      )
    }
  }
]
