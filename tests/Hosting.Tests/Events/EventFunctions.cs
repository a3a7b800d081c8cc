using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Azure.Functions.Worker;

namespace Serverless.Hosting.Tests.Events;

public sealed class CloudFunctions(Recorder recorder)
{
    [Function("Cloud")]
    public void Cloud([EventGridTrigger] CloudEvent item)
    {
        recorder.Add($"{item.Id} {item.Type} {item.Data}");
        if (recorder.Switches.TryGetValue("fail", out var times) && (int)times > 0)
        {
            recorder.Switches["fail"] = (int)times - 1;
            throw new InvalidOperationException("as told");
        }
    }
}

public sealed class GridFunctions(Recorder recorder)
{
    [Function("Grid")]
    public void Grid([EventGridTrigger] EventGridEvent item) => recorder.Add("grid " + item.Id + item.Data);
}

public sealed class OtherEventFunctions(Recorder recorder)
{
    [Function("Data")]
    public void Data([EventGridTrigger] BinaryData item) => recorder.Add("data " + item);

    [Function("Text")]
    public void Text([EventGridTrigger] string item) => recorder.Add("text " + item);

    [Function("Many")]
    public void Many([EventGridTrigger(IsBatched = true)] CloudEvent[] items) => recorder.Add("many " + string.Join(',', items.Select(item => item.Id)));
}

public sealed class BothFunctions(Recorder recorder)
{
    [Function("One")]
    public void One([EventGridTrigger] CloudEvent item) => recorder.Add("one " + item.Id);

    [Function("Two")]
    public void Two([EventGridTrigger] BinaryData item) => recorder.Add("two " + CloudEvent.Parse(item)!.Id);
}
