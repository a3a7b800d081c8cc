// The Function App on Flex Consumption: its size, its settings, and who is let through to it.
import { Naming, Profile } from '../types.bicep'

param naming Naming
param profile Profile
param packageContainer string
param topicEndpoint string
param hashKeyUri string
param webhookKeyUri string
param authClientId string
param namedKeys bool

param privateNetworking bool
param privateIngress bool

@description('What anybody may ask: the routes of the table\'s open functions. Event Grid presents the host\'s own key at its webhook.')
var openPaths = [
  '/runtime/webhooks/EventGrid'
  '/runtime/webhooks/*'
  '/health'
  '/v2/health/live'
  '/v2/health/ready'
  '/openapi.json'
  '/reference'
  '/schemas/*'
]

var httpAlwaysReady = filter(profile.alwaysReady, group => group.name == 'http')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = { name: naming.identity }
resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: naming.storage }
resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: naming.insights }

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: naming.network
  resource subnet 'subnets' existing = { name: 'app' }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${naming.token}'
  location: naming.location
  tags: naming.tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: naming.app
  location: naming.location
  // azd finds by its tag where the service "app" goes.
  tags: union(naming.tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: privateIngress ? 'Disabled' : 'Enabled'
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: privateNetworking ? network::subnet.id : null
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: profile.instanceMemoryMB
        maximumInstanceCount: profile.maximumInstanceCount
        alwaysReady: profile.alwaysReady
        triggers: { http: { perInstanceConcurrency: profile.httpConcurrency } }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      // The service knows it, the compiler's types do not yet.
      #disable-next-line BCP037
      siteUpdateStrategy: { type: profile.updateStrategy }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: {
      AzureWebJobsStorage__accountName: storage.name
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      AzureWebJobsDisableHomepage: 'true'
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      EventGrid__TopicEndpoint: topicEndpoint
      EventGrid__ClientId: identity.properties.clientId
      Access__PlatformIdentity: 'true'
      Alerts__PublicUrl: 'https://${app.properties.defaultHostName}'
      // Half of an instance's memory may hold models; the rest is for requests and the log.
      Inference__SessionMemoryBytes: string(profile.instanceMemoryMB * 524288)
      // An instance without an invocation may be frozen: shadows then run within the request's own.
      Inference__ShadowHoldsInvocation: empty(httpAlwaysReady) ? 'true' : 'false'
      PredictionLog__HashKey: '@Microsoft.KeyVault(SecretUri=${hashKeyUri})'
      Webhooks__SecretKey: '@Microsoft.KeyVault(SecretUri=${webhookKeyUri})'
    }
  }

  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true, runtimeVersion: '~1' }
      globalValidation: {
        requireAuthentication: !namedKeys
        unauthenticatedClientAction: namedKeys ? 'AllowAnonymous' : 'Return401'
        excludedPaths: openPaths
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: authClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: { allowedAudiences: [authClientId, 'api://${authClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
    // Both restart the app: one after the other.
    dependsOn: [settings]
  }

  // Deployments come with a token, never with a password.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output url string = 'https://${app.properties.defaultHostName}'
