namespace Serverless.App.Tests.Fuzz;

/// <summary>What has broken servers before, by the place it is put in.</summary>
internal static class Nasty
{
    /// <summary>Texts for paths, queries and JSON.</summary>
    public static readonly string[] Texts =
    [
        "", " ", "..", "../..", "/", "\\", "\0", "a\0b", "\r\n", "\u2028", "\uFEFF", "𝔘𝔫𝔦", "A\u0308\u0304", "%", "%00", "%s%n", "{0}", "${x}", "<b>", "' or 1=1--", "\"", "NaN", "null", "undefined", "true", "-1", "0", "1e999",
        "9223372036854775808", "-9223372036854775809", "0x7f", "１２", "18446744073709551616", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999-14:00", "P999999999Y", "PT-1S", "-00:00:00.0000001",
        "10675199.02:48:05.4775807", "01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8057:7", "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000", "*", "a|b", "a\nb", "#", "?", "champion", "CON", "con.txt",
        new('a', 127), new('a', 128), new('x', 3000), "http://169.254.169.254/latest", "https://hook.invalid/x", "https://user:pass@hook.invalid:1/", "file:///etc/passwd", "=1+1", ",", ",,,,", "a:b", ":", "::", "r1", "\"r1\"", "W/\"r1-0\"", "monitor/x/y", "//",
    ];

    /// <summary>JSON as it is written: numbers beyond any type, texts that are none, depths.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "[]", "{}", "\"\"", "0", "-0", "-0.0", "1e999", "-1e999", "1e-999", "NaN", "Infinity", "-Infinity", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615", "79228162514264337593543950336",
        "2147483648", "0.1e1", "01", "+1", ".5", "1.", "0x10", "1_000", new string('9', 400), "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\uFFFF\"", "\"\\x\"", "\"\t\"", "'a'", "undefined", "{\"a\":1,\"a\":2}", "{\"\":{}}", "{\"__proto__\":{}}", "{\"$ref\":\"#\"}",
        "{\"$type\":\"System.Object\"}", "[1,]", "{\"a\":1,}", "[null]", "[[],[]]", "[[1],[1,2]]", "[{}]", "\"NaN\"", "\"2026-02-30T00:00:00Z\"", "\"PT-1S\"", "\"-1\"", "/* */ 1", "[1 2]", Deep('[', ']', 63), Deep('[', ']', 65), Deep('[', ']', 4000), "{\"a\":" + Deep('[', ']', 300) + "}",
    ];

    /// <summary>Media types of nothing that is taken anywhere, and of what is taken elsewhere.</summary>
    public static readonly string[] MediaTypes =
    [
        "", "text/plain", "application/json; charset=utf-16", "application/json; charset=\"", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b", "multipart/mixed; boundary=b",
        "application/octet-stream", "text/csv", "application/yaml", "application/json", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream", "application/cloudevents+json", "a/b/c", ";", "*/*", "application/json, text/csv",
    ];

    /// <summary>Bytes that are not UTF-8, or strange in it.</summary>
    public static readonly byte[][] Bytes = [[0xFF], [0xFE, 0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xEF, 0xBB, 0xBF], [0x00], [0x0A], [0x22], [0x7B], [0x5B], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]];

    /// <summary>Segments of a path as they are sent, encoded or not as they should be.</summary>
    public static readonly string[] Segments =
    [
        "..", "%2e%2e", "%2F", "%5C", "%00", "%0a", "%c0%af", "%ff", "%u0041", "%", "%2", "%zz", "a%2Fb", "a%20b", "%20", "+", "a+b", "*", "a:b", ":predict", "a;b=c", "~", "%7B%7D", "$count", "%F0%9F%98%80", "champion", "latest", "0", "-1", "1.0", "%31", "2147483648",
        "99999999999999999999", "١", new string('a', 126), new string('a', 130), new string('b', 2000), "nobody", "NOBODY", "model", "CON",
    ];

    private static string Deep(char open, char close, int depth) => new string(open, depth) + new string(close, depth);
}
