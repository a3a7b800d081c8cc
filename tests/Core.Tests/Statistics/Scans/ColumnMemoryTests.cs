using Serverless.Core.Statistics;

namespace Serverless.Core.Tests.Statistics.Scans;

/// <summary>With element types of their own, for memory of one type is shared by the process.</summary>
public sealed class ColumnMemoryTests
{
    [Fact]
    public void Returned_IsRentedAgain_WhereItIsNotMuchTooLong()
    {
        var array = ColumnMemory.Rent<short>(1_000);
        Assert.True(array.Length >= 1_000);
        ColumnMemory.Return(array);
        Assert.NotSame(array, ColumnMemory.Rent<short>(1_001));
        Assert.NotSame(array, ColumnMemory.Rent<short>(700));
        Assert.Same(array, ColumnMemory.Rent<short>(900));
        Assert.NotSame(array, ColumnMemory.Rent<short>(900));
    }

    [Fact]
    public void Trim_LetsGo_WhatNobodyWantedSinceTheLastTime()
    {
        var array = ColumnMemory.Rent<ushort>(1_000);
        ColumnMemory.Return(array);
        ColumnMemory.Trim();
        Assert.Same(array, ColumnMemory.Rent<ushort>(1_000));
        ColumnMemory.Return(array);
        ColumnMemory.Trim();
        ColumnMemory.Trim();
        Assert.NotSame(array, ColumnMemory.Rent<ushort>(1_000));
    }
}
