namespace Serverless.Hosting.Settings;

/// <summary>Where a developer keeps what is not committed: beside the solution, or where the application was started.</summary>
internal static class ApplicationRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("*.sln").Any()) return folder.FullName;
        }
        return Environment.CurrentDirectory;
    }
}
