import Quantities

/// A page about a job, complete in itself: what each device's front looks like and how it came about.
public struct ReportPage: Sendable {
    /// How far the job has come.
    public var job: JobAnswer
    /// One a device, in the job's order.
    public var sections: [Section]

    /// What the page says of one device.
    public struct Section: Sendable {
        /// The front with its picture.
        public var front: FrontAnswer
        /// How many candidates there are on and off the front.
        public var candidates: Int
        /// How many candidates have each status but `ok`, by the status's name.
        public var infeasible: [(status: String, count: Int)]
        /// The hypervolume after each evaluation; nil where the device does not guide the search.
        public var trace: [Double]?

        /// A device's part of the page.
        public init(
            front: FrontAnswer, candidates: Int, infeasible: [(status: String, count: Int)], trace: [Double]?
        ) {
            self.front = front
            self.candidates = candidates
            self.infeasible = infeasible
            self.trace = trace
        }
    }

    /// A page about a job.
    public init(job: JobAnswer, sections: [Section]) {
        self.job = job
        self.sections = sections
    }

    /// The page's text; it needs no other file.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(job.name.escapedForHTML)</title>
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
        <h1>\(job.name.escapedForHTML)</h1>
        <p>\(job.state), \(job.evaluations) evaluations in \(Human.duration(job.seconds)), hypervolume
        \(Human.number(job.hypervolume)) (mean of the devices). Accuracy is that of the compressed artefact on validation data, test that
        of finalists; latency comes with the interval in which the device's median lies in 80 of 100 cases, and
        its source: measured there, calibrated by measurements of the device, or estimated.</p>
        \(sections.map(html).joined(separator: "\n"))
        </body>
        </html>

        """
    }

    private func html(of section: Section) -> String {
        let front = section.front
        let infeasible = section.infeasible.map { "; \($0.count) \($0.status)" }.joined()
        return """
            <h2>\(front.device.escapedForHTML)</h2>
            <p>\(front.candidates.count) of \(section.candidates) candidates on the front, fidelity \(front.fidelity?.rawValue ?? "none"), hypervolume \(Human.number(front.hypervolume))\(infeasible).</p>
            <div class="plots">
            \(front.picture?.svg ?? "")\(section.traceSVG)</div>
            <div class="scroll"><table>
            <tr>\(CandidateAnswer.headings.map { cell("th", $0.0, $0.1) }.joined())</tr>
            \(front.candidates.map(row).joined(separator: "\n"))
            </table></div>
            """
    }

    private func row(_ candidate: CandidateAnswer) -> String {
        "<tr>"
            + zip(candidate.cells, CandidateAnswer.headings).map { cell("td", $0, $1.1) }.joined() + "</tr>"
    }

    private func cell(_ tag: String, _ text: String, _ alignment: TextTable.Alignment) -> String {
        "<\(tag)\(alignment == .left ? " class=\"text\"" : "")>\(text.escapedForHTML)</\(tag)>"
    }
}

extension ReportPage.Section {
    /// How the hypervolume grew with the evaluations of the search.
    fileprivate var traceSVG: String {
        guard let trace else { return "" }
        let steps = trace.enumerated().map { (Double($0 + 1), $1) }
        return VectorPlot(
            title: "hypervolume over evaluations", dots: [], stairs: steps, isLogarithmic: false,
            xLabel: { String(Int($0.rounded())) }, yLabel: { Human.number($0) }
        ).svg
    }
}
