// For `az deployment sub what-if` and for the tests; `azd` takes main.parameters.json.
using '../main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param profile = 'dev'
param authClientId = readEnvironmentVariable('AUTH_CLIENT_ID', '00000000-0000-0000-0000-000000000000')
param privateNetworking = bool(readEnvironmentVariable('SUITE_PRIVATE_NETWORKING', 'false'))
param privateIngress = bool(readEnvironmentVariable('SUITE_PRIVATE_INGRESS', 'false'))
param namedKeys = bool(readEnvironmentVariable('SUITE_NAMED_KEYS', 'false'))
param alertEmail = readEnvironmentVariable('SUITE_ALERT_EMAIL', '')
