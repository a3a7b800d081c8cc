using System.Numerics;

namespace Serverless.Core.Statistics;

/// <summary>How many distinct values there are, within 1.6 % (one standard error); merging is exact.</summary>
/// <remarks>HyperLogLog with 4,096 registers (Flajolet, Fusy, Gandouet, Meunier 2007), linear counting below 2.5 registers' worth. Hashes have 64 bits, so no correction is needed for large counts.</remarks>
public sealed class DistinctSketch
{
    internal const int Registers = 4096;
    private readonly byte[] _ranks = new byte[Registers];

    /// <summary>Takes a hash with 64 good bits.</summary>
    public void Add(ulong hash)
    {
        var rank = (byte)(BitOperations.LeadingZeroCount(hash << 12 | 1 << 11) + 1);
        ref var slot = ref _ranks[hash >> 52];
        if (rank > slot)
            slot = rank;
    }

    /// <summary>Takes what another sketch has seen: the larger rank in each register.</summary>
    public void Merge(DistinctSketch other)
    {
        for (var i = 0; i < Registers; i++)
            _ranks[i] = Math.Max(_ranks[i], other._ranks[i]);
    }

    /// <summary>The estimate.</summary>
    public double Estimate
    {
        get
        {
            var (sum, empty) = (0.0, 0);
            foreach (var rank in _ranks)
            {
                sum += Math.ScaleB(1, -rank);
                empty += rank == 0 ? 1 : 0;
            }
            var raw = 0.7213 / (1 + 1.079 / Registers) * Registers * Registers / sum;
            return raw <= 2.5 * Registers && empty > 0 ? Registers * Math.Log((double)Registers / empty) : raw;
        }
    }

    internal void Write(BinaryWriter writer) => writer.Write(_ranks);

    internal static DistinctSketch Read(BinaryReader reader)
    {
        var sketch = new DistinctSketch();
        reader.BaseStream.ReadExactly(sketch._ranks);
        return sketch;
    }
}
