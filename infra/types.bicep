// What differs between environments: environments/dev.json and environments/prod.json are of this type.
@export()
@description('The size and the habits of an environment.')
type Profile = {
  @description('Memory of an instance in MB; CPU and bandwidth follow it.')
  instanceMemoryMB: 512 | 2048 | 4096

  @description('The most instances that the app scales out to, over all its groups.')
  @minValue(40)
  @maxValue(1000)
  maximumInstanceCount: int

  @description('Requests that one instance takes at a time before another is added.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int

  @description('Instances that never go away, by scaling group: http, or function:Name.')
  alwaysReady: AlwaysReady[]

  @description('How a deployment replaces running instances.')
  updateStrategy: 'RollingUpdate' | 'Recreate'

  @description('Copies of the data: in one data centre, over the zones of a region, or also in its pair.')
  storageRedundancy: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS'

  @description('Days for which a deleted container can be brought back. Blobs cannot: an erasure of predictions is meant.')
  @minValue(1)
  @maxValue(365)
  containerRetentionDays: int

  @description('Days for which logs are kept.')
  @minValue(30)
  @maxValue(730)
  logRetentionDays: int

  @description('Gigabytes of logs a day beyond which none is taken; -1 is no limit.')
  logDailyCapGb: int

  @description('Whether the vault refuses to be purged before its retention is over.')
  purgeProtection: bool

  @description('Whether the alert rules are in force.')
  alerts: bool
}

@export()
@description('Instances of one scaling group that never go away.')
type AlwaysReady = {
  @description('http, or function:Name.')
  name: string

  @minValue(1)
  @maxValue(1000)
  instanceCount: int
}

@export()
@description('Every name, known before anything is deployed so that a what-if can tell all, and what every resource carries.')
type Naming = {
  @description('The same for the same subscription, environment and region.')
  token: string
  location: string
  tags: { *: string }
  app: string
  identity: string
  insights: string
  network: string
  storage: string
  topic: string
  vault: string
}
