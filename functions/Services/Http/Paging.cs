using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Serverless.Core.Problems;

namespace Serverless.Services.Http;

/// <summary>Which page of a list: <c>pageSize</c> (1 to 1,000, 100 when absent) and <c>pageToken</c>.</summary>
/// <param name="Size">Items of a page.</param>
/// <param name="After">What the token holds: the last key of the page before, or null for the first page.</param>
public sealed record Paging(int Size, string? After)
{
    /// <summary>Reads the query.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemKind.InvalidRequest"/></exception>
    public static Paging Of(HttpRequest request, int largest = 1000)
    {
        var size = request.Query["pageSize"].ToString();
        var token = request.Query["pageToken"].ToString();
        return new(size.Length == 0 ? 100 : Number(size, largest), token.Length == 0 ? null : Decode(token));
    }

    /// <summary>The token that continues after a key.</summary>
    public static string? Token(string? after) => after is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after));

    /// <summary>The token is not one of this list's.</summary>
    public static ProblemException Unknown() => new(ProblemKind.InvalidRequest, "pageToken is not one that this list has given.") { Where = "pageToken" };

    private static int Number(string size, int largest) => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= largest
        ? number
        : throw new ProblemException(ProblemKind.InvalidRequest, $"pageSize is a number from 1 to {largest}.") { Where = "pageSize" };

    private static string Decode(string token)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(token));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw Unknown();
        }
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Items">This page's.</param>
/// <param name="NextPageToken">Continues the list; null at its end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken);
