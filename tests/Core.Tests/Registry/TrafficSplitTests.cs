using System.Globalization;
using FsCheck;
using FsCheck.Xunit;
using Serverless.Core.Problems;
using Serverless.Core.Registry;
using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Registry;

public sealed class TrafficSplitTests
{
    private const int Keys = 40_000;

    [Property(MaxTest = 100)]
    public void Choose_WhenAnArmGrows_TakesNoKeyFromIt(NonEmptyString salt, byte share, byte more, NonEmptyArray<string> keys)
    {
        var (small, large) = (share / 512.0, share / 512.0 + more / 512.0);
        var (before, after) = (Split(salt.Get, small), Split(salt.Get, large));
        foreach (var key in keys.Get.OfType<string>().Concat(Numbers(200)))
            Assert.True(before.Choose(key) is null || after.Choose(key)?.Variant == "a", $"\"{key}\" left the arm.");
    }

    [Property(MaxTest = 100)]
    public void Choose_WhenALaterArmGrows_LeavesTheEarlierOnesAlone(NonEmptyString salt, byte share, byte more)
    {
        var (before, after) = (Split(salt.Get, 0.3, share / 1024.0), Split(salt.Get, 0.3, (share + more) / 1024.0));
        foreach (var key in Numbers(200))
            Assert.True(before.Choose(key) is null || after.Choose(key) == before.Choose(key) || after.Choose(key)?.Variant == before.Choose(key)?.Variant);
    }

    [Property(MaxTest = 50)]
    public void Choose_OfTheSameKey_IsTheSameInEveryProcess(NonEmptyString salt, string? key)
    {
        var one = Split(salt.Get, 0.25, 0.25);
        Assert.Equal(one.Choose(key ?? ""), new TrafficSplit(new string(salt.Get), one.Key, [.. one.Arms], []).Choose(new string(key ?? "")));
    }

    [Fact]
    public void Choose_OfKnownKeys_StaysWhatItWas()
    {
        // What was chosen once must be chosen by every later build, or a rollout's keys would move with a deployment.
        var split = Split("01890a5d-ac96-774b-bcce-b302099a8057", 0.5);
        Assert.Equal("aaaa-a----", string.Concat(Numbers(10).Select(key => split.Choose(key)?.Variant ?? "-")));
    }

    [Theory]
    [InlineData("rollout 1")]
    [InlineData("rollout 2")]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057")]
    public void Choose_OverManyKeys_KeepsTheShares(string salt)
    {
        var split = Split(salt, 0.1, 0.25, 0.05);
        var counts = Numbers(Keys).GroupBy(key => split.Choose(key)?.Variant ?? "champion").ToDictionary(group => group.Key, group => (double)group.Count());
        double[] observed = [counts["a"], counts["b"], counts["c"], counts["champion"]];
        Assert.InRange(ChiSquare.GoodnessOfFit([0.1 * Keys, 0.25 * Keys, 0.05 * Keys, 0.6 * Keys], observed).PValue, 0.001, 1);
    }

    [Fact]
    public void Choose_UnderAnotherSalt_IsIndependent()
    {
        var (one, other) = (Split("1", 0.5), Split("2", 0.5));
        var both = Numbers(Keys).GroupBy(key => (one.Choose(key) is null, other.Choose(key) is null)).Select(group => (double)group.Count()).ToArray();
        Assert.InRange(ChiSquare.GoodnessOfFit([Keys / 4.0, Keys / 4.0, Keys / 4.0, Keys / 4.0], both).PValue, 0.001, 1);
    }

    [Fact]
    public void Follows_BesideTheArms_IsIndependentOfThemAndOfOtherShadows()
    {
        var split = Split("s", 0.5) with { Shadows = [new(3, 0.5), new(4, 0.5)] };
        var cells = Numbers(Keys).GroupBy(key => (split.Choose(key) is null, split.Follows(split.Shadows[0], key), split.Follows(split.Shadows[1], key))).Select(group => (double)group.Count()).ToArray();
        Assert.InRange(ChiSquare.GoodnessOfFit([.. Enumerable.Repeat(Keys / 8.0, 8)], cells).PValue, 0.001, 1);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Choose_AtTheEnds_IsNoneOrAll(double share, bool chosen)
    {
        var split = Split("s", share) with { Shadows = [new(3, share)] };
        Assert.All(Numbers(1000).Append("").Append(new string('é', 1000)), key => Assert.Equal((chosen, chosen), (split.Choose(key) is not null, split.Follows(split.Shadows[0], key))));
    }

    [Fact]
    public void Check_OfASplitThatIsRight_GivesItBack()
    {
        var split = Split("s", 0.1, 0.2, 0.7);
        Assert.Same(split, split.Check());
    }

    [Theory]
    [MemberData(nameof(WrongSplits))]
    public void Check_OfASplitThatIsWrong_NamesTheMember(string member, TrafficSplit split)
    {
        var problem = Assert.Throws<ProblemException>(split.Check);
        Assert.Equal((ProblemKind.InvalidPolicy, member), (problem.Kind, problem.Where));
    }

    public static TheoryData<string, TrafficSplit> WrongSplits => new()
    {
        { "salt", Split("") },
        { "key", Split("s") with { Key = (TrafficKey)7 } },
        { "arms", Split("s", 0.6, 0.5) },
        { "arms", Split("s", double.NaN) },
        { "arms", Split("s", -0.1) },
        { "arms", Split("s") with { Arms = [new("champion", 1, 0.1)] } },
        { "arms", Split("s") with { Arms = [new("shadow", 1, 0.1)] } },
        { "arms", Split("s") with { Arms = [new("a b", 1, 0.1)] } },
        { "arms", Split("s") with { Arms = [new("a", 0, 0.1)] } },
        { "arms", Split("s") with { Arms = [new("a", 1, 0.1), new("a", 2, 0.1)] } },
        { "arms", Split("s") with { Arms = [new("a", 1, 0.1), new("b", 1, 0.1)] } },
        { "arms", Split("s") with { Arms = [.. Enumerable.Range(1, 9).Select(version => new TrafficArm($"a{version}", version, 0.01))] } },
        { "shadows", Split("s") with { Shadows = [new(1, 2)] } },
        { "shadows", Split("s") with { Shadows = [new(1, 1), new(1, 0.5)] } },
    };

    private static TrafficSplit Split(string salt, params double[] shares) =>
        new(salt, TrafficKey.Caller, [.. shares.Select((share, at) => new TrafficArm($"{(char)('a' + at)}", at + 2, share))], []);

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(0, count).Select(number => $"customer-{number.ToString(CultureInfo.InvariantCulture)}");
}
