// One network with a subnet for the app's outgoing calls and one for the private endpoints.
import { Naming } from '../types.bicep'

param naming Naming

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: naming.network
  location: naming.location
  tags: naming.tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/22'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.20.0.0/24'
          // Flex Consumption runs in the service of Container Apps.
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.20.1.0/24'
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}
