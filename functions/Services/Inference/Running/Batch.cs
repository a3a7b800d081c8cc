namespace Serverless.Services.Inference.Running;

/// <summary>Requests that will run together.</summary>
internal sealed class Batch
{
    /// <summary>The requests.</summary>
    public List<Member> Members { get; } = [];

    /// <summary>Their calls.</summary>
    public IReadOnlyList<InferenceCall> Calls => [.. Members.Select(member => member.Call)];

    /// <summary>All their rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Ends the wait for more.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Whether a call fits in: by its session, its shapes and its rows.</summary>
    public bool Takes(InferenceCall call, int maximum) =>
        Rows + call.Rows <= maximum && ReferenceEquals(Members[0].Call.Session, call.Session) && BatchTensors.AreAlike(Members[0].Call, call);

    /// <summary>Whose time has run out needs no run any more.</summary>
    public void DropAbandoned()
    {
        foreach (var member in Members.Where(member => member.Call.IsTerminated).ToArray())
        {
            Members.Remove(member);
            Rows -= member.Call.Rows;
            member.Done.SetCanceled();
        }
    }

    /// <summary>Takes a request in.</summary>
    public void Add(Member member)
    {
        Members.Add(member);
        Rows += member.Call.Rows;
    }
}

/// <summary>A request of a batch.</summary>
internal sealed record Member(InferenceCall Call)
{
    /// <summary>Ends when its outputs are there.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
