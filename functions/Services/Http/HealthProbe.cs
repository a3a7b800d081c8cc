namespace Serverless.Services.Http;

/// <summary>The application as the health check of its own container, where there is no shell and no curl: asks one address, and ends.</summary>
public static class HealthProbe
{
    private const string Option = "--probe";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Whether the command line asks for it: <c>--probe URL</c>.</summary>
    public static bool IsRequested(string[] args) => args is [Option, _];

    /// <summary>0 when the address answers with success, 1 otherwise.</summary>
    public static int Run(string[] args)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, args[1]);
            using var answer = client.Send(request);
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or InvalidOperationException or NotSupportedException or UriFormatException)
        {
            return 1;
        }
    }
}
