using Serverless.Core.Statistics;

namespace Serverless.Services.Rollout.Live;

/// <summary>The decisions about the rows of one value of a segment.</summary>
/// <param name="Selected">Rows predicted positive.</param>
/// <param name="Others">Rows predicted otherwise.</param>
/// <param name="Labelled">Those with a label.</param>
internal readonly record struct GroupTally(long Selected, long Others, BinaryConfusion Labelled)
{
    public long Rows => Selected + Others;

    /// <summary>Decisions without labels, as cells of which only the selection rate means something.</summary>
    public BinaryConfusion Decisions => new(0, Selected, 0, Others);

    public GroupTally Add(bool selected, bool? label) => new(Selected + (selected ? 1 : 0), Others + (selected ? 0 : 1), (selected, label) switch
    {
        (true, true) => Labelled with { TruePositive = Labelled.TruePositive + 1 },
        (true, false) => Labelled with { FalsePositive = Labelled.FalsePositive + 1 },
        (false, true) => Labelled with { FalseNegative = Labelled.FalseNegative + 1 },
        (false, false) => Labelled with { TrueNegative = Labelled.TrueNegative + 1 },
        (_, null) => Labelled,
    });

    public GroupTally Merge(GroupTally other) => new(Selected + other.Selected, Others + other.Others, new(
        Labelled.TruePositive + other.Labelled.TruePositive, Labelled.FalsePositive + other.Labelled.FalsePositive,
        Labelled.FalseNegative + other.Labelled.FalseNegative, Labelled.TrueNegative + other.Labelled.TrueNegative));
}
