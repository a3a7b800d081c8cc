using Serverless.Infra.Tests.Templates;
using Serverless.Testing;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
[assembly: AssemblyFixture(typeof(Snapshots))]
