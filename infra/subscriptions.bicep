// Who listens to the topic. Deployed after the code (azure.yaml's postdeploy), because a function must be there before it can be subscribed.
param topicName string
param appName string
param storageName string

@description('Event Grid cannot reach a private app: there it writes to Storage queues as a trusted service, and the functions take from those.')
param eventsByQueue bool

var registry = [
  'Serverless.Registry.AlertAcknowledged'
  'Serverless.Registry.AliasDeleted'
  'Serverless.Registry.AliasMoved'
  'Serverless.Registry.BaselineSet'
  'Serverless.Registry.ErasureRequested'
  'Serverless.Registry.EvaluationChanged'
  'Serverless.Registry.ModelArchived'
  'Serverless.Registry.ModelChanged'
  'Serverless.Registry.ModelCreated'
  'Serverless.Registry.ModelRestored'
  'Serverless.Registry.PolicyChanged'
  'Serverless.Registry.PredictionsErased'
  'Serverless.Registry.QuarantineLifted'
  'Serverless.Registry.VersionArchived'
  'Serverless.Registry.VersionChanged'
  'Serverless.Registry.VersionQuarantined'
  'Serverless.Registry.VersionRegistered'
  'Serverless.Registry.VersionRestored'
]

var rollout = [
  'Serverless.Rollout.ApprovalRequested'
  'Serverless.Rollout.Decided'
  'Serverless.Rollout.Moved'
  'Serverless.Rollout.Promoted'
  'Serverless.Rollout.Rejected'
  'Serverless.Rollout.Retired'
  'Serverless.Rollout.RolledBack'
  'Serverless.Rollout.Started'
]

var monitoring = [
  'Serverless.Monitoring.AlertAcknowledged'
  'Serverless.Monitoring.AlertFired'
  'Serverless.Monitoring.AlertReminded'
  'Serverless.Monitoring.AlertResolved'
]

@description('Each listener: its function where Event Grid reaches the app, its queue where it does not, and what concerns it.')
var listeners = [
  {
    function: 'ProjectRegistryEvent'
    queue: 'events-to-project'
    types: concat(registry, rollout)
  }
  {
    function: 'TellWebhooks'
    queue: 'events-to-tell'
    types: concat(registry, rollout)
  }
  {
    function: 'HearRolloutEvent'
    queue: 'events-to-hear'
    types: concat(monitoring, rollout, [
      'Serverless.Registry.AliasDeleted'
      'Serverless.Registry.AliasMoved'
      'Serverless.Registry.VersionRegistered'
    ])
  }
]

resource app 'Microsoft.Web/sites@2025-03-01' existing = { name: appName }
resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: storageName }
resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = { name: topicName }

var deadLetters = {
  identity: { type: 'SystemAssigned' }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: { resourceId: storage.id, blobContainerName: 'event-dead-letters' }
  }
}

// A day of tries, as the suite's own topic has it.
var retries = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }

resource toFunctions 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = [
  for listener in listeners: if (!eventsByQueue) {
    parent: topic
    name: listener.function
    properties: {
      eventDeliverySchema: 'CloudEventSchemaV1_0'
      destination: {
        endpointType: 'AzureFunction'
        properties: {
          resourceId: '${app.id}/functions/${listener.function}'
          maxEventsPerBatch: 1
          preferredBatchSizeInKilobytes: 64
        }
      }
      filter: { includedEventTypes: listener.types }
      deadLetterWithResourceIdentity: deadLetters
      retryPolicy: retries
    }
  }
]

resource toQueues 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = [
  for listener in listeners: if (eventsByQueue) {
    parent: topic
    name: listener.queue
    properties: {
      eventDeliverySchema: 'CloudEventSchemaV1_0'
      deliveryWithResourceIdentity: {
        identity: { type: 'SystemAssigned' }
        destination: {
          endpointType: 'StorageQueue'
          properties: {
            resourceId: storage.id
            queueName: listener.queue
            // The queue's own dequeue count ends what cannot be handled; time alone ends nothing.
            queueMessageTimeToLiveInSeconds: -1
          }
        }
      }
      filter: { includedEventTypes: listener.types }
      deadLetterWithResourceIdentity: deadLetters
      retryPolicy: retries
    }
  }
]
