// Log Analytics, Application Insights above it, and the workbook.
import { Naming, Profile } from '../types.bicep'

param naming Naming
param profile Profile

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${naming.token}'
  location: naming.location
  tags: naming.tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: profile.logRetentionDays
    workspaceCapping: { dailyQuotaGb: profile.logDailyCapGb }
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: naming.insights
  location: naming.location
  tags: naming.tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // The connection string only says where to send: who may is decided by Entra ID.
    DisableLocalAuth: true
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(naming.token, 'workbook')
  location: naming.location
  tags: naming.tags
  kind: 'shared'
  properties: {
    displayName: 'Serverless MLOps'
    category: 'workbook'
    sourceId: insights.id
    serializedData: loadTextContent('../workbook.json')
  }
}

output workspaceId string = workspace.id
