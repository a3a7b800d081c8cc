namespace Serverless.Core.Statistics;

/// <summary>
/// Memory for whole columns, rented and returned. The framework's shared pool keeps an array of each size for every thread that returned one, which with
/// megabytes each is most of a scan's memory; here all threads share what is free, until <see cref="Trim"/> finds that nobody wanted it.
/// </summary>
public static class ColumnMemory
{
    private static readonly List<Action> Trims = [];

    /// <summary>An array of at least so many elements, of any content.</summary>
    public static T[] Rent<T>(int length) where T : unmanaged => Shelf<T>.Take(length) ?? GC.AllocateUninitializedArray<T>(length);

    /// <summary>Gives back what was rented; its content may change from here on.</summary>
    public static void Return<T>(T[] array) where T : unmanaged => Shelf<T>.Put(array);

    /// <summary>Lets go what is free, where nobody rented since the last time. To be called now and then.</summary>
    public static void Trim()
    {
        lock (Trims)
            foreach (var trim in Trims) trim();
    }

    private static class Shelf<T>
    {
        // An array that is longer than asked for by more than this is left to who needs it.
        private const double Slack = 1.25;
        private static readonly Lock Gate = new();
        private static readonly List<T[]> Free = [];
        private static bool wanted;

        static Shelf()
        {
            lock (Trims) Trims.Add(Trim);
        }

        public static T[]? Take(int length)
        {
            lock (Gate)
            {
                wanted = true;
                if (Free.FindIndex(array => array.Length >= length && array.Length <= length * Slack) is not (>= 0 and var at)) return null;
                var found = Free[at];
                Free.RemoveAt(at);
                return found;
            }
        }

        public static void Put(T[] array)
        {
            lock (Gate) Free.Add(array);
        }

        private static void Trim()
        {
            lock (Gate)
            {
                if (!wanted) Free.Clear();
                wanted = false;
            }
        }
    }
}
