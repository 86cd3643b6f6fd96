import Archives
import ExperimentStore
import Foundation
import Quantities
import Search

extension Review {
    /// `swiftlet report`: one page, complete in itself, with what each device's front looks like and how it came about.
    ///
    /// - Parameter replaces: whether a file that is there may be replaced.
    public func report(job name: String, output: String, replaces: Bool) throws -> Answer {
        guard replaces || !FileManager.default.fileExists(atPath: output) else {
            throw CommandError("\(output): exists already; --force replaces it")
        }
        let job = try store.job(named: name)
        let fronts = try job.targets().map {
            try DeviceFront(job, device: $0.device, nil, includesAll: false)
        }
        let page = Page(summary: try job.summary(), history: try job.proposedEvaluations(), fronts: fronts)
        do {
            try DurableFile.write([UInt8](page.html.utf8), to: output)
        } catch {
            throw CommandError("\(output): cannot be written: \(error)", status: .failed)
        }
        return .said("\(output): written", ["job": .text(name), "report": .text(output)])
    }
}

/// The report of a job as HTML.
private struct Page {
    let summary: JobSummary
    let history: [Evaluation]
    let fronts: [DeviceFront]

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(summary.name.escapedForHTML)</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
        h1, h2 { font-weight: 600; margin: 1.4em 0 .3em; }
        table { border-collapse: collapse; font-size: 13px; }
        th, td { padding: .25em .7em; border-bottom: 1px solid #dde3ea; text-align: right; white-space: nowrap; }
        th:first-child, td:first-child, .text { text-align: left; }
        .scroll { overflow-x: auto; }
        .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)); gap: 1em; }
        svg { width: 100%; height: auto; }
        </style>
        </head>
        <body>
        <h1>\(summary.name.escapedForHTML)</h1>
        <p>\(summary.state.rawValue), \(summary.evaluations) evaluations in \(Human.duration(summary.seconds)), hypervolume
        \(Human.number(summary.hypervolume)) (mean of the devices). Accuracy is that of the compressed artefact on validation data, test that
        of finalists; latency comes with the interval in which the device's median lies in 80 of 100 cases, and
        its source: measured there, calibrated by measurements of the device, or estimated.</p>
        \(fronts.map(section).joined(separator: "\n"))
        </body>
        </html>

        """
    }

    private func section(_ front: DeviceFront) -> String {
        """
        <h2>\(front.target.device.escapedForHTML)</h2>
        <p>\(front.shown.count) of \(front.all.count) candidates on the front, fidelity \(front.fidelity?.rawValue ?? "none"), hypervolume \(Human.number(front.hypervolume))\(infeasible(front)).</p>
        <div class="plots">
        \(picture(front))\(trace(front.target))</div>
        <div class="scroll"><table>
        <tr>\(ScoredCandidate.headings.map { cell("th", $0.0, $0.1) }.joined())</tr>
        \(front.shown.map(row).joined(separator: "\n"))
        </table></div>
        """
    }

    private func infeasible(_ front: DeviceFront) -> String {
        let counts = Dictionary(
            grouping: front.all.filter { $0.shownStatus != .ok }, by: \.shownStatus.rawValue)
        return counts.keys.sorted().map { "; \(counts[$0]?.count ?? 0) \($0)" }.joined()
    }

    private func row(_ candidate: ScoredCandidate) -> String {
        "<tr>"
            + zip(candidate.cells, ScoredCandidate.headings).map { cell("td", $0, $1.1) }.joined() + "</tr>"
    }

    private func cell(_ tag: String, _ text: String, _ alignment: TextTable.Alignment) -> String {
        "<\(tag)\(alignment == .left ? " class=\"text\"" : "")>\(text.escapedForHTML)</\(tag)>"
    }

    private func picture(_ front: DeviceFront) -> String {
        let dots = front.drawable.map { candidate, x, y in
            VectorPlot.Dot(
                x: x, y: y,
                tooltip:
                    "\(candidate.id.prefix(8)): \(front.cost.shown(x)), \(Human.percent(y)), \(candidate.evaluation.compression), "
                    + candidate.evaluation.architecture,
                isProminent: candidate.isPareto)
        }
        let stairs = staircase(of: dots.filter(\.isProminent)) { ($0.x, $0.y) }
        return VectorPlot(
            title: front.pictureTitle, dots: dots, stairs: stairs.map { ($0.x, $0.y) }, isLogarithmic: true,
            xUnit: front.cost.roundUnit, xLabel: front.cost.shown, yLabel: { Human.percent($0) }
        ).svg
    }

    /// How the hypervolume grew with the evaluations of the search.
    private func trace(_ target: Target) -> String {
        guard target.guidesSearch else { return "" }
        var trace = HypervolumeTrace(target)
        let steps = history.enumerated().map { index, evaluation in (Double(index + 1), trace.add(evaluation))
        }
        return VectorPlot(
            title: "hypervolume over evaluations", dots: [], stairs: steps, isLogarithmic: false,
            xLabel: { String(Int($0.rounded())) }, yLabel: { Human.number($0) }
        ).svg
    }
}
