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
        let front = try DeviceFront(
            store.job(named: job), device: device, fidelity, includesAll: includesAll)
        return try front.answer(hasPicture: hasPicture, page: page)
    }

    /// The front of a job on each of its devices.
    public func fronts(
        of job: String, fidelity: Fidelity? = nil, includesAll: Bool = false, hasPicture: Bool = false
    ) throws -> FrontsAnswer {
        let job = try store.job(named: job)
        return FrontsAnswer(
            fronts: try job.targets().map { target in
                try DeviceFront(job, device: target.device, fidelity, includesAll: includesAll)
                    .answer(hasPicture: hasPicture, page: .all)
            })
    }
}

/// One device's front, ready to be shown.
struct DeviceFront {
    private let job: JobStore
    let target: Target
    let fidelity: Fidelity?
    let hypervolume: Double
    private let notes: [String]
    /// In proposal order, without what they are made of.
    let all: [ScoredCandidate]
    /// The front, or every candidate; by latency where it is known, then by id.
    private let shown: [ScoredCandidate]

    init(_ job: JobStore, device: String, _ wanted: Fidelity?, includesAll: Bool) throws {
        self.job = job
        target = try job.target(device)
        (fidelity, all) = try job.outlines(on: device, at: wanted)
        let front = all.filter(\.isPareto)
        hypervolume = target.hypervolume(of: front.map(\.evaluation))
        shown = (includesAll ? all : front).sorted {
            ($0.score.latency ?? .infinity, $0.id) < ($1.score.latency ?? .infinity, $1.id)
        }
        notes = try job.notes(on: device)
    }

    func answer(hasPicture: Bool, page: Page) throws -> FrontAnswer {
        let (indices, next) = try page.range(of: shown.count)
        let scale = try QualityScale(job)
        return FrontAnswer(
            job: job.name, device: target.device, fidelity: fidelity, metric: try job.metric(),
            reference: target.objectives.map { _ in hypervolumeReference }, hypervolume: hypervolume,
            candidates: try job.completed(Array(shown[indices])).map { CandidateAnswer($0, scale) },
            next: next,
            picture: hasPicture ? try picture : nil, notes: notes)
    }

    /// The candidate with what it is made of.
    func completed(_ candidate: ScoredCandidate?) throws -> ScoredCandidate? {
        try candidate.flatMap { try job.completed([$0]).first }
    }

    /// The first cost among the objectives: what the quality is drawn over.
    var cost: Metric { target.objectives.map(\.metric).first { !$0.isQuality } ?? .latency }

    /// Every feasible candidate that can be drawn; members of the front with what they are made of.
    private var picture: FrontPicture {
        get throws {
            let feasible = all.filter(\.isFeasible)
            let front = try job.completed(feasible.filter(\.isPareto)),
                others = feasible.filter { !$0.isPareto }
            return FrontPicture(
                title: "\(try job.metric()) over \(cost.title) on \(target.device)", cost: cost,
                points: others.compactMap { point($0, label: String($0.id.prefix(8))) }
                    + front.compactMap { candidate in
                        let evaluation = candidate.evaluation
                        return point(
                            candidate,
                            label: "\(candidate.id.prefix(8)), \(evaluation.compression), "
                                + evaluation.architecture)
                    })
        }
    }

    private func point(_ candidate: ScoredCandidate, label: String) -> FrontPicture.Point? {
        guard let x = candidate.value(of: cost), let y = candidate.evaluation.quality?.accuracy else {
            return nil
        }
        return FrontPicture.Point(cost: x, quality: y, isOnFront: candidate.isPareto, label: label)
    }
}
