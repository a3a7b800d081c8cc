// The topic that the suite publishes to. Who listens is in subscriptions.bicep: the functions must be there first.
import { Naming } from '../types.bicep'

param naming Naming
param privateNetworking bool
param workspaceId string

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: naming.topic
  location: naming.location
  tags: naming.tags
  // Delivers to queues and leaves dead letters by this identity.
  identity: { type: 'SystemAssigned' }
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
  }
}

resource failures 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: topic
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'DeliveryFailures', enabled: true }
      { category: 'PublishFailures', enabled: true }
    ]
  }
}

output topicEndpoint string = topic.properties.endpoint
output topicPrincipalId string = topic.identity.principalId
