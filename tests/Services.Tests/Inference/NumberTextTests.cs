using System.Globalization;
using System.Text;
using FsCheck.Xunit;
using Serverless.Services.Inference.Tensors;

namespace Serverless.Services.Tests.Inference;

/// <summary>Every number is the nearest float or double: compared with the platform's own parser, which is exact.</summary>
public sealed class NumberTextTests
{
    [Fact]
    public void Both_OfRandomBits_AreTheNearest()
    {
        var random = new Random(11);
        for (var round = 0; round < 100_000; round++)
        {
            var (single, wide) = (BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)), BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)));
            if (float.IsFinite(single)) Same(single.ToString("R", CultureInfo.InvariantCulture));
            if (double.IsFinite(wide)) Same(wide.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    [Property(MaxTest = 20_000)]
    public void Both_OfOrdinaryDecimals_AreTheNearest(int whole, uint fraction, short exponent)
    {
        Same(string.Create(CultureInfo.InvariantCulture, $"{whole}.{fraction}"));
        Same(string.Create(CultureInfo.InvariantCulture, $"{whole}.{fraction}e{exponent % 45}"));
        Same(string.Create(CultureInfo.InvariantCulture, $"0.000{fraction}"));
    }

    [Theory]
    [InlineData("16777217")]
    [InlineData("16777219")]
    [InlineData("1.00000005960464477539062500000000000000000001")]
    [InlineData("1.000000059604644775390625")]
    [InlineData("0.500000029802322387695312499999999999")]
    [InlineData("9007199254740993")]
    [InlineData("9007199254740993e22")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.0000000000000000000000000000000000000000000007006492321624085")]
    [InlineData("1e-45")]
    [InlineData("3.4028235677973366e38")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-0.0e-400")]
    [InlineData("1E5")]
    [InlineData("1e+5")]
    [InlineData("5e-324")]
    public void Both_OfHardCases_AreTheNearest(string text) => Same(text);

    [Theory]
    [InlineData("1e39")]
    [InlineData("3.4028236e38")]
    [InlineData("-1e400")]
    public void Single_BeyondItsRange_IsRefused(string text) => Assert.False(NumberText.TrySingle(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Single_OfEveryHalfwayNeighbourhood_IsTheNearest()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var single = BitConverter.Int32BitsToSingle(random.Next(0x30000000, 0x4B000000));
            var halfway = ((double)single + MathF.BitIncrement(single)) / 2;
            foreach (var near in new[] { halfway, Math.BitDecrement(halfway), Math.BitIncrement(halfway) }) Same(near.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static void Same(string text)
    {
        var utf8 = Encoding.ASCII.GetBytes(text);
        var (single, wide) = (float.Parse(text, CultureInfo.InvariantCulture), double.Parse(text, CultureInfo.InvariantCulture));
        Assert.Equal(float.IsFinite(single), NumberText.TrySingle(utf8, out var gotSingle));
        if (float.IsFinite(single)) Assert.Equal(BitConverter.SingleToInt32Bits(single), BitConverter.SingleToInt32Bits(gotSingle));
        Assert.Equal(double.IsFinite(wide), NumberText.TryDouble(utf8, out var gotWide));
        if (double.IsFinite(wide)) Assert.Equal(BitConverter.DoubleToInt64Bits(wide), BitConverter.DoubleToInt64Bits(gotWide));
    }
}
