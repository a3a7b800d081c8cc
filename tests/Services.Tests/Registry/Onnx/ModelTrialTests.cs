using System.Diagnostics;
using Serverless.Services.Registry.Onnx;
using Serverless.Testing;

namespace Serverless.Services.Tests.Registry.Onnx;

public sealed class ModelTrialTests : IDisposable
{
    private const string Stall = "exec tail -f /dev/null";
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(1);
    private readonly string file = Path.GetTempFileName();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Load_OfANewIrVersion_SaysSoWithoutPaths() => Assert.Equal(
        "[ErrorCode:Fail] Load model from the file failed: Unsupported model IR version: 99, max supported IR version: 13",
        ModelTrial.Load(Written(TinyModel.Of(more: model => model.Varint(1, 99)))));

    [Fact]
    public void Load_OfAKernelThatRefuses_SaysSoWithoutPaths()
    {
        var failure = ModelTrial.Load(Written(TinyModel.Of(domain: "ai.onnx.ml", opset: 1, operation: "Scaler")));
        Assert.Contains("Empty scale in attributes", failure);
        Assert.DoesNotContain("/", failure);
        Assert.DoesNotContain("OpKernelInfo", failure);
    }

    [Fact]
    public async Task Process_OfTheRealApplication_LoadsOrSaysWhyNot()
    {
        var trial = new TrialProcess(Ample, "dotnet", AppProcess.AppAssembly);
        Assert.Null(await trial.RunAsync(Written(TinyModel.Of()), Cancel));
        var failure = ModelTrial.Load(Written(TinyModel.Of(operation: "Nope")));
        Assert.Contains("Nope", failure);
        Assert.Equal(failure, await trial.RunAsync(file, Cancel));
    }

    [Theory]
    [InlineData("kill -SEGV $$", "crashed on it (signal 11)")]
    [InlineData("kill -ABRT $$", "crashed on it (signal 6)")]
    [InlineData("exit 5", "crashed on it (exit code 5)")]
    public async Task Process_ThatDies_IsACrash(string script, string expected) =>
        Assert.Contains(expected, await new TrialProcess(Ample, "sh", "-c", script).RunAsync(file, Cancel));

    [Fact]
    public async Task Process_ThatStalls_EndsAtItsLimit() => Assert.Equal(
        "loading took longer than 0.2 s.",
        await new TrialProcess(TimeSpan.FromSeconds(0.2), "sh", "-c", Stall).RunAsync(file, Cancel));

    [Fact]
    public async Task Process_ThatIsCancelled_IsGone()
    {
        using var cancel = new CancellationTokenSource();
        using var watch = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file) + ".started");
        watch.Renamed += (_, _) => cancel.Cancel();
        watch.EnableRaisingEvents = true;
        // $2 is the path that the trial is given; renaming makes the process id appear whole.
        var run = new TrialProcess(Ample, "sh", "-c", $"echo $$ > \"$2\"; cp \"$2\" \"$2.part\"; mv \"$2.part\" \"$2.started\"; {Stall}", "sh").RunAsync(file, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        File.Delete(file + ".started");
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(int.Parse(File.ReadAllText(file), provider: null)));
    }

    [Fact]
    public async Task Process_GetsNoSecrets()
    {
        Environment.SetEnvironmentVariable("SecretOfTrials", "AccountKey=hidden");
        Environment.SetEnvironmentVariable("DOTNET_OF_TRIALS", "passed");
        var environment = await new TrialProcess(Ample, "sh", "-c", $"env >&2; exit {ModelTrial.Failed}").RunAsync(file, Cancel);
        Assert.Contains("DOTNET_OF_TRIALS=passed", environment);
        Assert.DoesNotContain("hidden", environment);
    }

    [Theory]
    [InlineData("/app/Serverless.App", "/app/Serverless.App")]
    [InlineData("/usr/bin/dotnet", "/usr/bin/dotnet /app/Serverless.App.dll")]
    [InlineData("/azure/FunctionsNetHost", "dotnet /app/Serverless.App.dll")]
    public void Command_StartsThisApplication(string process, string expected) =>
        Assert.Equal(expected, string.Join(' ', TrialProcess.Command(process, "/app/Serverless.App.dll")));

    private string Written(Protobuf model)
    {
        File.WriteAllBytes(file, model.ToArray());
        return file;
    }
}
