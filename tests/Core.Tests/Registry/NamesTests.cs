using Serverless.Core.Problems;
using Serverless.Core.Registry;

namespace Serverless.Core.Tests.Registry;

public sealed class NamesTests
{
    [Theory]
    [InlineData("iris")]
    [InlineData("0")]
    [InlineData("a b.c_d-e")]
    public void ModelName_WithinTheRules_IsKeptAsGiven(string value) => Assert.Equal(value, ModelName.Parse(value).Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData(".a")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a|b")]
    [InlineData("a%2fb")]
    [InlineData("a\n")]
    [InlineData("é")]
    public void ModelName_OutsideTheRules_IsRefused(string? value) =>
        Assert.Equal(ProblemKind.InvalidName, Assert.Throws<ProblemException>(() => ModelName.Parse(value)).Kind);

    [Fact]
    public void ModelName_Of127Characters_IsTheLongest()
    {
        Assert.Equal(127, ModelName.Parse(new string('a', 127)).Value.Length);
        Assert.Throws<ProblemException>(() => ModelName.Parse(new string('a', 128)));
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("LATEST")]
    [InlineData("v1")]
    [InlineData("V22")]
    [InlineData("a.b")]
    [InlineData("")]
    public void AliasName_OutsideTheRules_IsRefused(string value) =>
        Assert.Equal(ProblemKind.InvalidName, Assert.Throws<ProblemException>(() => AliasName.Parse(value)).Kind);
}
