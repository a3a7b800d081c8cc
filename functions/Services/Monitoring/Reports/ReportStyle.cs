namespace Serverless.Services.Monitoring.Reports;

/// <summary>How a report looks. Three colours carry meaning: grey is the reference, blue the window, red what is beyond a limit.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public static Markup Sheet => Markup.Of($$"""

        :root { color-scheme: light dark; --paper: #fbfbf9; --card: #fff; --ink: #1c1e21; --soft: #5b616b; --rule: #e3e3de; --grid: #ecece7; --reference: #757b86; --window: #1f5fbf; --beyond: #b3261e; --good: #1d6b42; --open: #7a5600; }
        @media screen and (prefers-color-scheme: dark) { :root { --paper: #131518; --card: #1b1e22; --ink: #e8e9eb; --soft: #a3a9b3; --rule: #30343a; --grid: #292d32; --reference: #9097a3; --window: #74aaff; --beyond: #ff8a80; --good: #74cf9d; --open: #e0b354; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 3.5rem 1.5rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        h1, h2, h3 { line-height: 1.2; font-weight: 650; text-wrap: balance; }
        h1 { margin: .35rem 0 .9rem; font-size: clamp(1.9rem, 5vw, 2.9rem); letter-spacing: -.022em; }
        h2 { margin: 3.2rem 0 1rem; font-size: 1.3rem; letter-spacing: -.01em; }
        h3 { margin: 0; font-size: 1.12rem; }
                .bad { --tone: var(--beyond); } .good { --tone: var(--good); } .open { --tone: var(--open); }
        .eyebrow { margin: 0; color: var(--soft); font-size: .92rem; } .eyebrow b { margin-right: .6em; color: var(--tone); font-weight: 650; } .eyebrow b::before { content: ""; display: inline-block; width: .62em; height: .62em; margin-right: .45em; border-radius: 50%; background: var(--tone); }
        .lead { margin: 0 0 1.8rem; max-width: 48rem; font-size: 1.02rem; text-wrap: pretty; } ul.lead { padding: 0; list-style: none; } ul.lead li { margin-bottom: .5rem; }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .9rem 2rem; margin: 0; padding-top: 1.3rem; border-top: 1px solid var(--rule); }
        dt { color: var(--soft); font-size: .82rem; } dd { margin: 0; font-size: .95rem; }
        .card { margin: 0 0 1.1rem; padding: 1.3rem 1.5rem 1.4rem; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
        .card header, .card summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .35rem .6rem; }
        details.card { padding-block: .7rem; margin-bottom: .5rem; } details.card[open] { padding-bottom: 1.4rem; }
        summary { cursor: pointer; } summary:focus-visible { outline: 2px solid var(--window); outline-offset: 4px; border-radius: 2px; }
        .card summary::before { content: "›"; width: .7rem; color: var(--soft); } .card[open] summary::before { content: "⌄"; }
        summary .name { font-weight: 600; } .ratio { margin-left: auto; color: var(--soft); font-size: .86rem; }
        .tag { padding: 0 .5em; border: 1px solid var(--rule); border-radius: 1em; color: var(--soft); font-size: .8rem; font-weight: 400; }
        .words { margin: .5rem 0 1.1rem; max-width: 48rem; color: var(--soft); font-size: .94rem; }
        .evidence { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: 1.4rem 2rem; }
        .evidence > div { display: flex; flex-direction: column; gap: 1.3rem; } .evidence > div:empty { display: none; }
        figure { margin: 0; overflow-x: auto; } figcaption, caption { margin-bottom: .5rem; color: var(--soft); font-size: .84rem; text-align: left; } figcaption b { color: var(--ink); font-weight: 600; margin-right: .35em; }
        .note { margin: .2rem 0 0; color: var(--soft); font-size: .8rem; } .key { display: inline-block; width: .72em; height: .72em; margin: 0 .35em 0 .5em; border-radius: 2px; background: var(--side); } .reference { --side: var(--reference); } .current { --side: var(--window); } .beyond { --side: var(--beyond); }
        svg { display: block; width: 100%; height: auto; font-size: 12px; }
        svg text { fill: var(--soft); unicode-bidi: isolate; } svg text.name { fill: var(--ink); } svg text.beyond { fill: var(--beyond); font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; } .end { text-anchor: end; } .mid { text-anchor: middle; }
        .axis { stroke: var(--reference); } .grid { stroke: var(--grid); } .diagonal { stroke: var(--reference); stroke-dasharray: 2 4; } .limit { stroke: var(--beyond); stroke-width: 1.5; stroke-dasharray: 6 4; }
        .area { fill: var(--side); fill-opacity: .2; stroke: var(--side); stroke-width: 1.6; stroke-linejoin: round; } .reference.area { fill-opacity: .26; }
        .bar { fill: var(--side); } .line { fill: none; stroke: var(--side); stroke-width: 1.8; stroke-linejoin: round; } .dot { fill: var(--side); stroke: var(--card); stroke-width: 1.2; } .median { stroke: var(--side); stroke-width: 1.4; stroke-dasharray: 4 3; }
        .tell rect { fill: transparent; } .tell rect:hover { fill: var(--ink); fill-opacity: .07; }
        table { width: 100%; border-collapse: collapse; font-size: .88rem; } th { text-align: left; font-weight: 400; color: var(--soft); } th, td { padding: .32rem .6rem .32rem 0; border-bottom: 1px solid var(--rule); vertical-align: middle; } thead th { font-size: .82rem; } tbody th { color: var(--ink); }
        .figures caption { color: var(--ink); font-weight: 600; margin-bottom: .2rem; } .figures th { color: var(--soft); } .figures :is(th, td) { padding-block: .18rem; } .figures td, .number { text-align: right; padding-right: 0; } th.number { text-align: right; } td.number, th.number { padding-left: .8rem; white-space: nowrap; }
        .missing svg { width: 20rem; max-width: 40vw; } td.beyond { color: var(--beyond); font-weight: 600; }
        .wide { overflow-x: auto; } .all > summary { margin-bottom: .8rem; color: var(--soft); } .chip { color: var(--tone); white-space: nowrap; } .chip.bad { font-weight: 600; }
        .flaws { padding-left: 1.2rem; color: var(--soft); font-size: .92rem; }
        footer { margin-top: 3.5rem; padding-top: 1.2rem; border-top: 1px solid var(--rule); color: var(--soft); font-size: .88rem; } footer p { max-width: 48rem; margin: 0; }
        @media (max-width: 44rem) { body { padding: 1.5rem 1rem; } .evidence { grid-template-columns: minmax(0, 1fr); } .card { padding-inline: 1rem; } .evidence > div:first-child svg { min-width: 26rem; } .evidence > div:last-child svg { max-width: 19rem; } section > figure svg { min-width: 36rem; } dl { grid-template-columns: 1fr 1fr; gap: .7rem 1rem; } }
        @media print { @page { margin: 16mm 14mm; } html { font-size: 11px; } .evidence { gap: .8rem 1.4rem; } .evidence > div { gap: .7rem; } .evidence > div:first-child svg { max-width: 88mm; } .evidence > div:last-child svg { max-width: 46mm; } body { padding: 0; max-width: none; background: none; } dl { grid-template-columns: repeat(3, 1fr); } h1 { font-size: 2.4rem; } .card { padding: .8rem 1.2rem; } .words { margin: .2rem 0 .6rem; } .figures :is(th, td) { padding-block: .08rem; } h2 { margin-top: 1.6rem; break-after: avoid; } .card { break-inside: avoid; background: none; } figure, tr { break-inside: avoid; } caption, thead, summary { break-after: avoid; } .all::details-content { content-visibility: visible; display: block; block-size: auto; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }

        """);
}
