import ExperimentStore
import Foundation
import Quantities
public import Reports
import Search

extension Review {
    /// What the review page shows of a job.
    ///
    /// - Parameter most: candidates of one device. Where there are more, those of the front and finalists stay, and of the
    ///   others those that lie apart from one another.
    public func review(of job: String, most: Int = 20_000) throws -> ReviewAnswer {
        try parts(of: job, most: most).review
    }

    /// The report of a job: the page that stands there, and what makes it interactive.
    func parts(of name: String, most: Int) throws -> (page: ReportPage, review: ReviewAnswer) {
        let job = try store.job(named: name)
        let scale = try QualityScale(job)
        let metric = try job.metric()
        var texts = SharedTexts()
        var sections: [ReportPage.Section] = [], devices: [DeviceReview] = []
        for target in try job.targets() {
            let front = try DeviceFront(job, device: target.device)
            let shown = try front.thinned(to: most)
            let section = try section(of: front, drawn: shown, scale)
            sections.append(section)
            var views = [(front: front, shown: shown)]
            // Where finalists are shown first, what the search saw is the larger picture.
            if let searched = try job.searchFidelity(), searched != section.front.fidelity {
                let front = try DeviceFront(job, device: target.device, searched)
                views.append((front, try front.thinned(to: most)))
            }
            for (front, shown) in views {
                devices.append(
                    DeviceReview(
                        device: target.device, fidelity: front.fidelity, hypervolume: front.hypervolume,
                        objectives: target.objectives.map(\.metric.rawValue), notes: section.front.notes,
                        sentence: section.sentence, recommended: section.recommendation.candidate?.id,
                        baseline: section.baseline?.id, total: front.outlines.count,
                        trace: section.trace.map { [Double($0.evaluations), $0.hypervolume, $0.seconds] },
                        candidates: columns(of: shown, scale, &texts)))
            }
        }
        let summary = JobAnswer(try job.summary())
        let facts = try facts(of: job)
        let quality = QualityMetric(rawValue: metric)
        let review = ReviewAnswer(
            job: summary, metric: metric, isShare: scale.name == .accuracy,
            isError: quality.map { $0.turned(1) < 0 } ?? false, facts: facts, devices: devices,
            sheets: try details(ofAll: Set(devices.compactMap(\.recommended)), in: job),
            architectures: texts.architectures.all, compressions: texts.compressions.all,
            reasons: texts.reasons.all)
        return (ReportPage(job: summary, facts: facts, sections: sections, review: review), review)
    }

    private func columns(
        of candidates: [ScoredCandidate], _ scale: QualityScale, _ texts: inout SharedTexts
    ) -> CandidateColumns {
        var columns = CandidateColumns()
        for candidate in candidates {
            let answer = CandidateAnswer(candidate, scale)
            columns.append(
                answer, reason: answer.reason.map { texts.reasons.index(of: $0) },
                architecture: texts.architectures.index(of: answer.architecture),
                compression: texts.compressions.index(of: answer.compression))
        }
        return columns
    }
}

/// Texts that many candidates share, each kept once.
private struct SharedTexts {
    var architectures = Table(), compressions = Table(), reasons = Table()

    struct Table {
        private(set) var all: [String] = []
        private var places: [String: Int] = [:]

        mutating func index(of text: String) -> Int {
            if let place = places[text] { return place }
            places[text] = all.count
            all.append(text)
            return all.count - 1
        }
    }
}

extension DeviceFront {
    /// All candidates where they are few enough; else front and finalists, and of the others one of each small square of the
    /// chart of quality over a cost, in proposal order.
    fileprivate func thinned(to most: Int) throws -> [ScoredCandidate] {
        try candidates(outlines.thinned(to: most, across: cost) { isMember($0) || $0.isFinalist })
    }
}

extension [Outline] {
    /// All of them where they are few enough; else those that stay, and of the others one of each small square of the chart.
    fileprivate func thinned(
        to most: Int, across cost: Metric, keeping stays: (Outline) -> Bool
    ) -> [Outline] {
        guard count > most else { return self }
        let places = map { outline -> (x: Double, y: Double)? in
            guard let x = outline.value(of: cost), x > 0, let y = outline.value(of: .accuracy) else {
                return nil
            }
            return (log(x), y)
        }
        let known = places.compactMap(\.self)
        guard let left = known.map(\.x).min(), let right = known.map(\.x).max(),
            let low = known.map(\.y).min(), let high = known.map(\.y).max()
        else { return Array(prefix(most)) }
        let side = Double(most).squareRoot().rounded(.down)
        var taken: Set<Int> = []
        var isKept = [Bool](repeating: false, count: count)
        var room = most
        for index in indices where stays(self[index]) {
            isKept[index] = true
            room -= 1
        }
        for index in indices where !isKept[index] && room > 0 {
            guard let place = places[index] else { continue }
            let across = (place.x - left) / Swift.max(right - left, 1e-12) * (side - 1)
            let up = (place.y - low) / Swift.max(high - low, 1e-12) * (side - 1)
            guard taken.insert(Int(across) * Int(side) + Int(up)).inserted else { continue }
            isKept[index] = true
            room -= 1
        }
        return indices.filter { isKept[$0] }.map { self[$0] }
    }
}
