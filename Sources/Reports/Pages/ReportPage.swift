import Quantities

/// A page about a job, complete in itself: what was asked, what is recommended for each device, and how it came about.
public struct ReportPage: Sendable {
    /// How far the job has come.
    public var job: JobAnswer
    /// What was asked, on what data, on what machine and when; in the order in which it is shown.
    public var facts: [Fact]
    /// One a device, in the job's order.
    public var sections: [Section]
    /// What makes the page interactive; nil for a page that only stands there.
    public var review: ReviewAnswer?

    /// One line of what was asked.
    public typealias Fact = ReviewAnswer.Fact

    /// What the page says of one device.
    public struct Section: Sendable {
        /// The front with its picture.
        public var front: FrontAnswer
        /// The recommended model, or why there is none.
        public var recommendation: SelectionAnswer
        /// The most accurate uncompressed candidate; nil where there is none.
        public var baseline: CandidateAnswer?
        /// What the recommended model predicted for the test part; finalists only.
        public var tested: TestedAnswer?
        /// How many candidates there are on and off the front.
        public var candidates: Int
        /// How many candidates have each status but `ok`, by the status's name.
        public var infeasible: [(status: String, count: Int)]
        /// Where the hypervolume changed: after how many evaluations, to what, and how many seconds those had taken, added up; empty
        /// where the device does not guide the search.
        public var trace: [(evaluations: Int, hypervolume: Double, seconds: Double)]

        /// A device's part of the page.
        public init(
            front: FrontAnswer, recommendation: SelectionAnswer, baseline: CandidateAnswer?, candidates: Int,
            infeasible: [(status: String, count: Int)],
            trace: [(evaluations: Int, hypervolume: Double, seconds: Double)],
            tested: TestedAnswer? = nil
        ) {
            self.front = front
            self.recommendation = recommendation
            self.baseline = baseline
            self.candidates = candidates
            self.infeasible = infeasible
            self.trace = trace
            self.tested = tested
        }
    }

    /// A page about a job.
    public init(job: JobAnswer, facts: [Fact], sections: [Section], review: ReviewAnswer? = nil) {
        self.job = job
        self.facts = facts
        self.sections = sections
        self.review = review
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
        :root { color-scheme: light; }
        #static { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; background: #fff; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
        h1, h2 { font-weight: 600; margin: 1.4em 0 .3em; }
        table { border-collapse: collapse; font-size: 13px; }
        th, td { padding: .25em .7em; border-bottom: 1px solid #dde3ea; text-align: right; white-space: nowrap; }
        .text, .facts th, .facts td { text-align: left; }
        .facts td { white-space: normal; }
        .scroll { overflow-x: auto; }
        .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(420px, 100%), 1fr)); gap: 1em; }
        svg { width: 100%; height: auto; }
        </style>
        </head>
        <body>
        <main id="static">
        <h1>\(job.name.escapedForHTML)</h1>
        <p>\(job.state), \(job.evaluations) evaluations in \(Human.duration(job.seconds)).</p>
        <h2>What was asked</h2>
        <table class="facts">
        \(facts.map { "<tr><th>\($0.name.escapedForHTML)</th><td>\($0.text.escapedForHTML)</td></tr>" }.joined(separator: "\n"))
        </table>
        <h2>Recommendation</h2>
        <ul>
        \(sections.map { "<li>\($0.sentence.escapedForHTML)</li>" }.joined(separator: "\n"))
        </ul>
        \(sections.map(\.html).joined(separator: "\n"))
        <h2>How to read the numbers</h2>
        <p>Quality is that of the compressed artefact on validation data, “test” that of finalists on data that was used once.
        Latency comes with the interval in which the device's median lies in 80 of 100 cases, and its source: measured there,
        calibrated by measurements of the device, or estimated. Hypervolume is the share of the box between the job's bounds that
        the front dominates; the mean of the devices is \(Human.number(job.hypervolume)).</p>
        </main>
        \(interactive)
        </body>
        </html>

        """
    }
}

extension ReportPage {
    /// What a browser that runs scripts shows in place of the rest; nothing where numbers cannot be written.
    private var interactive: String {
        review.flatMap { try? ReviewPage.embedded($0) } ?? ""
    }
}

extension ReportPage.Section {
    /// What is recommended for the device and how it compares with the uncompressed network.
    public var sentence: String {
        guard let candidate = recommendation.candidate else {
            return "\(front.device): no model keeps every limit"
                + (recommendation.blocking.map { "; in the way: \($0)" } ?? "") + "."
        }
        let costs = [
            candidate.costs.latency.map { _ in candidate.costs.latencyText },
            candidate.costs.modelSize.map { "\(Human.bytes($0)) of model" },
        ].compactMap(\.self)
        let choice =
            "\(front.device): candidate \(candidate.id.prefix(8)) (\(candidate.compression)), "
            + "\(candidate.quality.text)\(costs.isEmpty ? "" : " at ")\(costs.joined(separator: ", "))."
        return choice + (comparison(of: candidate).map { " \($0)" } ?? "")
    }

    private func comparison(of candidate: CandidateAnswer) -> String? {
        guard let baseline else { return nil }
        guard baseline.id != candidate.id else { return "It is the most accurate uncompressed candidate." }
        func ratio(_ a: Double?, _ b: Double?) -> String? {
            guard let a, let b, b > 0, a > 0 else { return nil }
            return "\(Human.number(a / b)) ×"
        }
        let parts = [
            ratio(baseline.costs.latency, candidate.costs.latency).map { "\($0) as fast" },
            ratio(candidate.costs.modelSize.map(Double.init), baseline.costs.modelSize.map(Double.init))
                .map { "\($0) the size" },
        ].compactMap(\.self)
        let changes = parts.isEmpty ? "" : "; the recommended one is \(parts.joined(separator: " and "))"
        return "Baseline: the most accurate uncompressed candidate \(baseline.id.prefix(8)) has "
            + "\(baseline.quality.text)\(changes)."
    }

    fileprivate var html: String {
        let counts = infeasible.map { "; \($0.count) \($0.status)" }.joined()
        return """
            <h2>\(front.device.escapedForHTML)</h2>
            <p>\(front.candidates.count) of \(candidates) candidates on the front, fidelity \(front.fidelity?.rawValue ?? "none"), hypervolume \(Human.number(front.hypervolume))\(counts.escapedForHTML).</p>
            <div class="plots">
            \(front.picture?.svg ?? "")\(traceSVG)</div>
            <div class="scroll">\(CandidateTable(front.candidates).html)</div>
            \(tested.map { "<h3>What the recommended model predicts</h3>\($0.html)" } ?? "")
            """
    }

    /// How the hypervolume grew with the evaluations of the search.
    private var traceSVG: String {
        let steps = trace.map { (Double($0.evaluations), $0.hypervolume) }
        return VectorPlot(
            title: "hypervolume over evaluations", dots: [], stairs: steps, isLogarithmic: false,
            xLabel: { String(Int($0.rounded())) }, yLabel: { Human.number($0) }
        ).svg
    }
}
