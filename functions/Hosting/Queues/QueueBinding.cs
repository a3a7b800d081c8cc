using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace Serverless.Hosting.Queues;

/// <summary>Turns a message into what a function takes.</summary>
internal static class QueueBinding
{
    public static Func<QueueMessage, object?> For(Type type)
    {
        if (type == typeof(QueueMessage)) return static message => message;
        if (type == typeof(string)) return static message => message.Body.ToString();
        if (type == typeof(BinaryData)) return static message => message.Body;
        if (type == typeof(byte[])) return static message => message.Body.ToArray();
        return message => JsonSerializer.Deserialize(message.Body, type, JsonSerializerOptions.Web);
    }

    public static Dictionary<string, object?> Data(QueueMessage message) => new()
    {
        ["QueueTrigger"] = message.Body.ToString(),
        ["Id"] = message.MessageId,
        ["DequeueCount"] = message.DequeueCount,
        ["InsertionTime"] = message.InsertedOn,
        ["ExpirationTime"] = message.ExpiresOn,
        ["NextVisibleTime"] = message.NextVisibleOn,
    };
}
