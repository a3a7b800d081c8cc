// A private endpoint, and its name in the network, for each service that the app calls; or for the app itself.
import { Naming } from '../types.bicep'

param naming Naming

@description('services: what the app calls. app: the app.')
@allowed(['services', 'app'])
param of string

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: naming.network
  resource subnet 'subnets' existing = { name: 'endpoints' }
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = { name: naming.storage }
resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = { name: naming.vault }
resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = { name: naming.topic }
resource app 'Microsoft.Web/sites@2025-03-01' existing = { name: naming.app }

var targets = of == 'app'
  ? [{ name: 'app', id: app.id, group: 'sites', zone: 'privatelink.azurewebsites.net' }]
  : [
      { name: 'blob', id: storage.id, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
      { name: 'queue', id: storage.id, group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
      { name: 'table', id: storage.id, group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
      { name: 'vault', id: vault.id, group: 'vault', zone: 'privatelink.vaultcore.azure.net' }
      { name: 'topic', id: topic.id, group: 'topic', zone: 'privatelink.eventgrid.azure.net' }
    ]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for target in targets: {
    name: target.zone
    location: 'global'
    tags: naming.tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (target, i) in targets: {
    parent: zones[i]
    name: 'suite'
    location: 'global'
    tags: naming.tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2025-01-01' = [
  for target in targets: {
    name: 'pe-${target.name}-${naming.token}'
    location: naming.location
    tags: naming.tags
    properties: {
      subnet: { id: network::subnet.id }
      privateLinkServiceConnections: [
        { name: target.name, properties: { privateLinkServiceId: target.id, groupIds: [target.group] } }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = [
  for (target, i) in targets: {
    parent: endpoints[i]
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: target.name, properties: { privateDnsZoneId: zones[i].id } }] }
  }
]
