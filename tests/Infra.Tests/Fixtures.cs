using System.Runtime.Versioning;
using Serverless.Infra.Tests.Templates;
using Serverless.Testing;

// The compiler that restore brings, and the scripts, are Linux's.
[assembly: SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(AzuriteFixture))]
[assembly: AssemblyFixture(typeof(Snapshots))]
