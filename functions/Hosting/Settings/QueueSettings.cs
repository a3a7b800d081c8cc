using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Serverless.Hosting.Settings;

/// <summary><c>extensions.queues</c> of host.json, with the Functions host's defaults.</summary>
internal sealed record QueueSettings(
    int BatchSize, int NewBatchThreshold, TimeSpan MaxPollingInterval, TimeSpan VisibilityTimeout, int MaxDequeueCount, QueueMessageEncoding Encoding)
{
    public static QueueSettings From(IConfiguration section)
    {
        var batch = section.GetValue("batchSize", 16);
        if (batch is < 1 or > 32) throw new InvalidDataException("extensions.queues.batchSize must be from 1 to 32.");
        return new QueueSettings(
            batch,
            section.GetValue("newBatchThreshold", batch / 2),
            section.GetValue("maxPollingInterval", TimeSpan.FromMinutes(1)),
            section.GetValue("visibilityTimeout", TimeSpan.Zero),
            section.GetValue("maxDequeueCount", 5),
            section.GetValue("messageEncoding", QueueMessageEncoding.Base64));
    }
}
