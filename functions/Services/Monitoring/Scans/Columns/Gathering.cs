using Apache.Arrow;
using Apache.Arrow.Types;
using Serverless.Core.Monitoring;
using Serverless.Services.Predictions;

namespace Serverless.Services.Monitoring.Scans;

/// <summary>Chooses how a column is gathered: by its type in the log, unless another was stated.</summary>
internal static class Gathering
{
    public static GatheredColumn? Of(string name, IArrowType type, ColumnType? stated, int capacity) => (type, stated) switch
    {
        (ListType, _) => new NumberColumn<float>(name, ColumnType.Embedding, capacity, ArrowNumber.ReadNorms),
        (BooleanType, _) => new LabelColumn(name, logical: true, capacity),
        (StringType, ColumnType.Text) => new NumberColumn<float>(name, ColumnType.Text, capacity, ArrowNumber.ReadLengths),
        (StringType, _) => new LabelColumn(name, logical: false, capacity),
        (NumberType or TimestampType, ColumnType.Categorical or ColumnType.Boolean) => new LabelColumn(name, logical: false, capacity),
        (FloatType or HalfFloatType or Int8Type or UInt8Type or Int16Type or UInt16Type, _) => new NumberColumn<float>(name, ColumnType.Numeric, capacity, ArrowNumber.Read),
        (NumberType, _) => new NumberColumn<double>(name, ColumnType.Numeric, capacity, ArrowNumber.Read),
        (TimestampType, _) => new NumberColumn<double>(name, ColumnType.DateTime, capacity, ArrowNumber.Read),
        _ => null,
    };
}
