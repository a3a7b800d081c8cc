// What somebody should look at. Alerts about models are the suite's own (docs/alerts.md): these are about the suite.
import { Naming } from '../types.bicep'

param naming Naming
param enabled bool

@description('Empty: nobody is told.')
param email string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: naming.insights }
resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = { name: naming.topic }
resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: naming.storage }

@description('Rules on what the app reports. Each query gives rows only when something is wrong.')
var queryRules = [
  {
    name: 'requests-fail'
    description: 'More than 1 % of at least 20 HTTP requests were answered with 5xx.'
    severity: 1
    query: 'requests | where isnotempty(url) | summarize failed = countif(toint(resultCode) >= 500), total = count() | where total >= 20 and failed * 100.0 / total > 1'
  }
  {
    name: 'requests-slow'
    description: 'The 95th percentile of a serving function is above a second.'
    severity: 2
    query: 'requests | where name in ("Infer", "InferVersion", "PredictV1", "Predict", "Invoke") | summarize p95 = percentile(duration, 95), total = count() by name | where total >= 20 and p95 > 1000'
  }
  {
    name: 'functions-fail'
    description: 'A timer, queue or event function has failed five times.'
    severity: 2
    query: 'requests | where isempty(url) and success == false | summarize failures = count() by name | where failures >= 5'
  }
  {
    name: 'messages-poisoned'
    description: 'A message has failed until the host put it aside. It is in the queue that ends with -poison.'
    severity: 1
    query: 'traces | where message has "MaxDequeueCount" | project timestamp, message'
  }
]

@description('Rules on what the services measure themselves.')
var metricRules = [
  {
    name: 'events-dead-lettered'
    description: 'Event Grid has given up on an event. It is in the container event-dead-letters.'
    severity: 1
    scope: topic.id
    namespace: 'Microsoft.EventGrid/topics'
    metric: 'DeadLetteredCount'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'events-not-published'
    description: 'The topic refuses events. They wait in the outbox and are sent again.'
    severity: 2
    scope: topic.id
    namespace: 'Microsoft.EventGrid/topics'
    metric: 'PublishFailCount'
    aggregation: 'Total'
    operator: 'GreaterThan'
    threshold: 10
  }
  {
    name: 'storage-unavailable'
    description: 'Storage answers fewer than 99 % of requests. Predictions wait in memory meanwhile.'
    severity: 1
    scope: storage.id
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Availability'
    aggregation: 'Average'
    operator: 'LessThan'
    threshold: 99
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${naming.token}'
  location: 'global'
  tags: naming.tags
  properties: {
    enabled: true
    groupShortName: 'mlops'
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in queryRules: {
    name: '${rule.name}-${naming.token}'
    location: naming.location
    tags: naming.tags
    properties: {
      displayName: rule.name
      description: rule.description
      enabled: enabled
      severity: rule.severity
      scopes: [insights.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: empty(email) ? [] : [people.id] }
    }
  }
]

resource metrics 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in metricRules: {
    name: '${rule.name}-${naming.token}'
    location: 'global'
    tags: naming.tags
    properties: {
      description: rule.description
      enabled: enabled
      severity: rule.severity
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.name
            metricNamespace: rule.namespace
            metricName: rule.metric
            timeAggregation: rule.aggregation
            operator: rule.operator
            threshold: rule.threshold
          }
        ]
      }
      actions: empty(email) ? [] : [{ actionGroupId: people.id }]
    }
  }
]
