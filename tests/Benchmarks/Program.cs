// dotnet run -c Release --project tests/Benchmarks -- <name>
// Each benchmark prints its figures beside a baseline measured in the same run, and the ratio.
using Serverless.Benchmarks.Predictions;
using Serverless.Benchmarks.Rollout;
using Serverless.Benchmarks.Scans;
using Serverless.Benchmarks.Serving;
using Serverless.Benchmarks.Statistics;
using Serverless.Benchmarks.Study;
using Serverless.Benchmarks.Telemetry;
using Serverless.Benchmarks.Truth;
using Serverless.Services.Predictions;

NativeMemory.Settle();

var benchmarks = new Dictionary<string, Func<string[], Task>>
{
    ["serving"] = ServingBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["memory"] = MemoryBenchmark.RunAsync,
    ["slim"] = SlimBenchmark.RunAsync,
    ["bare-server"] = BareServer.RunAsync,
    ["logging"] = LoggingBenchmark.RunAsync,
    ["telemetry"] = TelemetryBenchmark.RunAsync,
    ["direct"] = DirectBenchmark.RunAsync,
    ["collector"] = Collector.RunAsync,
    ["load"] = LoadProcess.AnswerAsync,
    ["shadow"] = ShadowBenchmark.RunAsync,
    ["prediction-log"] = PredictionLogBenchmark.RunAsync,
    ["truth"] = TruthBenchmark.RunAsync,
    ["statistics"] = StatisticsBenchmark.Run,
    ["scan"] = ScanBenchmark.RunAsync,
    ["study"] = DriftStudy.Run,
    ["trust"] = TrustBenchmark.RunAsync,
    ["live-evidence"] = LiveBenchmark.RunAsync,
};

if (args is [var name, ..] && benchmarks.TryGetValue(name, out var run))
{
    await run(args[1..]);
    return 0;
}

Console.WriteLine($"One of: {string.Join(", ", benchmarks.Keys)}");
return 2;
