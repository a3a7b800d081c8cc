using Microsoft.Extensions.Hosting;

namespace Serverless.Hosting.Startup;

/// <summary>Stops the host when its standard input ends: whoever started it is gone.</summary>
internal sealed class InputWatch(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var watch = new Thread(Watch) { IsBackground = true, Name = "standard input" };
        watch.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (input.Read(buffer) > 0)
        {
        }
        lifetime.StopApplication();
    }
}
