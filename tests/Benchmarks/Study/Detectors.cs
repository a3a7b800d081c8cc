using System.Globalization;
using Serverless.Core.Statistics;

namespace Serverless.Benchmarks.Study;

/// <summary>How soon the stream detectors hear a rise of an error rate, and how often they cry without one.</summary>
internal static class Detectors
{
    private const double Rate = 0.1;
    private const int Before = 2_000, After = 5_000;

    /// <summary>The first alarm in a stream of errors, from a fresh state.</summary>
    private delegate int? FirstAlarm(ReadOnlySpan<double> errors);

    private static readonly (string Name, FirstAlarm Listen)[] All =
    [
        ("ADWIN, δ = 0.002", errors => { var state = AdwinState.Empty; return Adwin.Observe(ref state, errors, AdwinLimits.Default).Alarm; }),
        ("DDM, 3 deviations", errors => { var state = default(DdmState); return Ddm.Observe(ref state, Flags(errors), DdmLimits.Default).Alarm; }),
        ("HDDM-A, 0.001", errors => { var state = default(HoeffdingAverageState); return HoeffdingAverage.Observe(ref state, errors, HoeffdingLimits.Default).Alarm; }),
        ("HDDM-W, 0.001, λ = 0.05", errors => { var state = default(HoeffdingWeightedState); return HoeffdingWeighted.Observe(ref state, errors, HoeffdingLimits.Default, 0.05).Alarm; }),
        ("Page–Hinkley, δ = 0.005, λ = 50", errors => { var state = default(PageHinkleyState); return PageHinkley.Observe(ref state, errors, PageHinkleyLimits.Default).Alarm; }),
        ("CUSUM, known rate, k = 0.05, h = 8", errors => { var state = default(CusumState); return Cusum.Observe(ref state, errors, new(Rate, 0.05, 8)).Alarm; }),
    ];

    public static void Report(int streams)
    {
        Scans.Head($"Stream detectors, {streams} streams of errors at a rate of 0.1, then higher from observation {Before:N0} on", "detector",
            ["alarms per 10,000 clean observations", .. new[] { 0.15, 0.2, 0.3 }.Select(rate => $"to {rate.ToString(CultureInfo.InvariantCulture)}: median delay, found within {After:N0}")]);
        foreach (var (name, listen) in All)
            Scans.Row(name, [FalseAlarms(listen, streams), .. new[] { 0.15, 0.2, 0.3 }.Select(rate => Delay(listen, streams, rate))]);
    }

    private static string FalseAlarms(FirstAlarm listen, int streams)
    {
        var alarms = ParallelEnumerable.Range(0, streams).Sum(index =>
        {
            var errors = Errors(index, Before + After, Rate);
            var (count, from) = (0, 0);
            while (listen(errors.AsSpan(from)) is { } at)
                (count, from) = (count + 1, from + at + 1);
            return count;
        });
        return (alarms * 1e4 / ((double)streams * (Before + After))).ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>Of the streams without an alarm before the change.</summary>
    private static string Delay(FirstAlarm listen, int streams, double rate)
    {
        var first = ParallelEnumerable.Range(0, streams).AsOrdered().Select(index => listen(Errors(index + 1_000_000, Before + After, rate))).ToArray();
        var quiet = first.Where(at => at is null or >= Before).ToArray();
        int[] delays = [.. quiet.OfType<int>().Select(at => at - Before + 1).Order()];
        return delays.Length == 0
            ? "–, 0 %"
            : string.Create(CultureInfo.InvariantCulture, $"{delays[delays.Length / 2]}, {100.0 * delays.Length / quiet.Length:0} %");
    }

    private static double[] Errors(long stream, int count, double later)
    {
        var random = new StudyRandom(stream);
        var errors = new double[count];
        for (var i = 0; i < count; i++)
            errors[i] = random.Unit() < (i < Before ? Rate : later) ? 1 : 0;
        return errors;
    }

    private static bool[] Flags(ReadOnlySpan<double> errors)
    {
        var flags = new bool[errors.Length];
        for (var i = 0; i < flags.Length; i++)
            flags[i] = errors[i] > 0;
        return flags;
    }
}
