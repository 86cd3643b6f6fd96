import ExperimentStore
public import Quantities
public import Reports
import Search

extension Review {
    /// The front of a job on a device.
    ///
    /// - Parameters:
    ///   - fidelity: nil for the most trusted one that exists.
    ///   - includesAll: every candidate, also dominated and infeasible ones, with the reason.
    ///   - hasPicture: adds the picture of quality over the first cost.
    ///   - page: a part of the candidates.
    public func front(
        of job: String, on device: String, fidelity: Fidelity? = nil, includesAll: Bool = false,
        hasPicture: Bool = false, page: Page = .all
    ) throws -> FrontAnswer {
        let front = try DeviceFront(store.job(named: job), device: device, fidelity)
        return try front.answer(
            includesAll: includesAll, picture: hasPicture ? front.picture : nil, page: page)
    }

    /// The front of a job on each of its devices.
    public func fronts(
        of job: String, fidelity: Fidelity? = nil, includesAll: Bool = false, hasPicture: Bool = false
    ) throws -> FrontsAnswer {
        let job = try store.job(named: job)
        return FrontsAnswer(
            fronts: try job.targets().map { target in
                let front = try DeviceFront(job, device: target.device, fidelity)
                return try front.answer(includesAll: includesAll, picture: hasPicture ? front.picture : nil)
            })
    }
}

/// The candidates of one device at one fidelity, and which of them are its front.
struct DeviceFront {
    let job: JobStore
    let target: Target
    let fidelity: Fidelity?
    /// In proposal order, as numbers.
    let outlines: [Outline]
    /// The outlines that no other feasible one dominates, in that order.
    let members: [Outline]
    private let notes: [String]
    private let places: Set<Int64>

    init(_ job: JobStore, device: String, _ wanted: Fidelity? = nil) throws {
        self.job = job
        target = try job.target(device)
        let outlines = try job.outlines(on: device, at: wanted)
        fidelity = outlines.fidelity
        self.outlines = outlines.outlines
        members = target.frontIndices(of: outlines.outlines).map { outlines.outlines[$0] }
        places = Set(members.map(\.place))
        notes = try job.notes(on: device)
    }

    /// Of the front, in [0, 1].
    var hypervolume: Double { target.hypervolume(ofFeasible: members) }

    /// Whether it is a member of the front.
    func isMember(_ outline: Outline) -> Bool { places.contains(outline.place) }

    /// Whole candidates, those of the front marked, in the order given.
    func candidates(_ outlines: [Outline]) throws -> [ScoredCandidate] {
        var candidates = try job.candidates(outlines, on: target.device)
        for index in candidates.indices { candidates[index].isPareto = isMember(outlines[index]) }
        return candidates
    }

    /// The front, or every candidate; by latency where it is known, then by id.
    ///
    /// - Parameter picture: what is drawn beside the table.
    func answer(includesAll: Bool = false, picture: FrontPicture? = nil, page: Page = .all) throws
        -> FrontAnswer
    {
        let shown = (includesAll ? outlines : members).sorted(by: Outline.areInOrder)
        let (indices, next) = try page.range(of: shown.count)
        let scale = try QualityScale(job)
        return FrontAnswer(
            job: job.name, device: target.device, fidelity: fidelity, metric: try job.metric(),
            reference: target.objectives.map { _ in hypervolumeReference }, hypervolume: hypervolume,
            candidates: try candidates(Array(shown[indices])).map { CandidateAnswer($0, scale) },
            next: next, picture: picture, notes: notes)
    }

    /// The first cost among the objectives: what the quality is drawn over.
    var cost: Metric { target.objectives.map(\.metric).first { !$0.isQuality } ?? .latency }

    /// Every feasible candidate that can be drawn, without labels.
    var picture: FrontPicture {
        get throws {
            try picture(
                outlines.filter(\.isFeasible).compactMap { outline in
                    point(outline.value(of: cost), outline.value(of: .accuracy), isOnFront: isMember(outline))
                })
        }
    }

    /// The feasible ones of these candidates that can be drawn, each with its label.
    func picture(of candidates: [ScoredCandidate]) throws -> FrontPicture {
        try picture(
            candidates.filter(\.isFeasible).compactMap { candidate in
                let evaluation = candidate.evaluation
                let id = candidate.id.prefix(8)
                return point(
                    candidate.value(of: cost), evaluation.quality?.accuracy, isOnFront: candidate.isPareto,
                    label: candidate.isPareto
                        ? "\(id), \(evaluation.compression), \(evaluation.architecture)" : String(id))
            })
    }

    private func picture(_ points: [FrontPicture.Point]) throws -> FrontPicture {
        FrontPicture(
            title: "\(try job.metric()) over \(cost.title) on \(target.device)", cost: cost, points: points)
    }

    private func point(
        _ cost: Double?, _ quality: Double?, isOnFront: Bool, label: String = ""
    ) -> FrontPicture.Point? {
        guard let cost, let quality else { return nil }
        return FrontPicture.Point(cost: cost, quality: quality, isOnFront: isOnFront, label: label)
    }
}

extension Outline {
    /// The faster first, unknown latencies last; then by id.
    fileprivate static func areInOrder(_ a: Outline, _ b: Outline) -> Bool {
        let (left, right) = (a.value(of: .latency) ?? .infinity, b.value(of: .latency) ?? .infinity)
        return left == right ? a.precedesByID(b) : left < right
    }
}
