using FsCheck.Xunit;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Profiles;

public sealed class LabelProfileTests
{
    private static LabelProfile Of(IEnumerable<string?> labels)
    {
        var profile = new LabelProfile();
        foreach (var label in labels)
            profile.Add(label);
        return profile;
    }

    [Property]
    public void Merge_InAnyOrderAndGrouping_IsTheWhole(string?[] a, string?[] b, string?[] c)
    {
        LabelProfile left = Of(a), right = Of(c), middle = Of(b), whole = Of([.. a, .. b, .. c]);
        left.Merge(middle);
        left.Merge(Of(c));
        middle = Of(b);
        right.Merge(middle);
        right.Merge(Of(a));
        Assert.Equal(whole.ToBytes(), left.ToBytes());
        Assert.Equal(whole.ToBytes(), right.ToBytes());
        Assert.Equal(whole.ToBytes(), LabelProfile.FromBytes(whole.ToBytes()).ToBytes());
        Assert.Equal(a.Concat(b).Concat(c).OfType<string>().Distinct().Count(), whole.Distinct);
    }

    [Fact]
    public void Add_AMillionLabels_KeepsTheFrequentWithinTheBound()
    {
        var random = new Random(3);
        var exact = new Dictionary<string, long>();
        var (profile, half) = (new LabelProfile(), new LabelProfile());
        for (var i = 0; i < 1_000_000; i++)
        {
            // One in two rows holds one of ten labels, the others a label of their own.
            var label = i % 2 == 0 ? $"frequent {random.Next(10)}" : $"rare {i}";
            exact[label] = exact.GetValueOrDefault(label) + 1;
            (i < 300_000 ? half : profile).Add(label);
        }
        profile.Merge(half);
        Assert.False(profile.IsExact);
        Assert.Equal(1_000_000, profile.Count);
        Assert.InRange(profile.Labels.Error, 1, 1_000_000 / LabelProfile.Told);
        Assert.InRange(profile.Distinct, 500_010 * (1 - 6 * 0.016), 500_010 * (1 + 6 * 0.016));
        foreach (var (label, count) in profile.Labels.Top.Take(10))
            Assert.InRange(exact[label] - count, 0, profile.Labels.Error);
        Assert.Equal(1_000_000, profile.ToColumn().Size);
    }

    [Fact]
    public void FromBytes_Damaged_IsNamed()
    {
        var bytes = Of(["a", "b", null]).ToBytes();
        for (var at = 0; at < bytes.Length; at++)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0x40;
            Assert.Throws<InvalidDataException>(() => LabelProfile.FromBytes(damaged));
            Assert.Throws<InvalidDataException>(() => LabelProfile.FromBytes(bytes.AsSpan(0, at)));
        }
    }
}
