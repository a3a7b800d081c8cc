using System.Text.Json;
using Serverless.Core.Problems;
using Serverless.Services.Inference.Rows;

namespace Serverless.Services.Inference.MLflow;

/// <summary>A pandas frame in "split" orientation: <c>columns</c>, <c>index</c> (which says nothing to a model) and <c>data</c>, in any order.</summary>
internal static class SplitFrame
{
    /// <summary>Reads the object that the reader stands on.</summary>
    public static void Read(ref Utf8JsonReader reader, RowFiller filler)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw JsonRequest.Wrong("dataframe_split", "is an object");
        var members = new MemberSet("columns", "index", "data");
        List<string>? columns = null;
        Utf8JsonReader data = default;
        while (members.Next(ref reader) is { } member)
        {
            reader.Read();
            if (member == "columns") columns = ReadColumns(ref reader);
            else
            {
                if (member == "data") data = reader;
                reader.Skip();
            }
        }
        members.Require("data");
        ReadData(ref data, filler, Positions(columns, filler));
    }

    /// <summary>The feature of each column, -1 for one that the model does not know; without columns the features in their order.</summary>
    public static int[] Positions(IReadOnlyList<string>? columns, RowFiller filler)
    {
        if (columns is null) return [.. Enumerable.Range(0, filler.Features.Length)];
        if (columns.Distinct().Count() != columns.Count) throw new ProblemException(ProblemKind.InvalidRequest, "A column stands twice.") { Where = "columns" };
        return [.. columns.Select(column => Array.FindIndex(filler.Features, feature => feature.Name == column))];
    }

    private static List<string> ReadColumns(ref Utf8JsonReader reader)
    {
        var columns = new List<string>();
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonRequest.Wrong("columns", "is an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            columns.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw JsonRequest.Wrong("columns", "is an array of text"));
        return columns;
    }

    private static void ReadData(ref Utf8JsonReader reader, RowFiller filler, int[] positions)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw JsonRequest.Wrong("data", "is an array of arrays");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) filler.ReadArray(ref reader, positions);
        filler.Complete();
    }
}
