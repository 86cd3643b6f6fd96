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
    private let job: String
    private let metric: String
    let target: Target
    private let fidelity: Fidelity?
    /// By latency where it is known, then by id.
    let all: [ScoredCandidate]
    private let shown: [ScoredCandidate]
    private let hypervolume: Double
    private let notes: [String]

    init(_ job: JobStore, device: String, _ wanted: Fidelity?, includesAll: Bool) throws {
        self.job = job.name
        metric = try job.metric()
        target = try job.target(device)
        let (fidelity, candidates) = try job.candidates(on: device, at: wanted)
        self.fidelity = fidelity
        all = candidates.sorted {
            ($0.score.latency ?? .infinity, $0.id) < ($1.score.latency ?? .infinity, $1.id)
        }
        shown = includesAll ? all : all.filter(\.isPareto)
        hypervolume = target.hypervolume(of: all.map(\.evaluation))
        notes = try job.notes(on: device)
    }

    func answer(hasPicture: Bool, page: Page) throws -> FrontAnswer {
        let (indices, next) = try page.range(of: shown.count)
        return FrontAnswer(
            job: job, device: target.device, fidelity: fidelity, metric: metric,
            reference: target.objectives.map { _ in hypervolumeReference }, hypervolume: hypervolume,
            candidates: shown[indices].map { CandidateAnswer($0) }, next: next,
            picture: hasPicture ? picture : nil, notes: notes)
    }

    /// The first cost among the objectives: what the quality is drawn over.
    private var cost: Metric { target.objectives.map(\.metric).first { !$0.isQuality } ?? .latency }

    /// Every feasible candidate that can be drawn.
    private var picture: FrontPicture {
        FrontPicture(
            title: "\(metric) over \(cost.title) on \(target.device)", cost: cost,
            points: all.filter(\.isFeasible).compactMap { candidate in
                guard let x = candidate.value(of: cost), let y = candidate.evaluation.quality?.accuracy else {
                    return nil
                }
                let evaluation = candidate.evaluation
                return FrontPicture.Point(
                    cost: x, quality: y, isOnFront: candidate.isPareto,
                    label: "\(candidate.id.prefix(8)), \(evaluation.compression), \(evaluation.architecture)")
            })
    }
}
