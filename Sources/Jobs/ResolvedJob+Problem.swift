package import Candidates
package import Devices
import Quantities
package import Search
import SearchSpaces

extension ResolvedJob {
    /// The search problem: what is to be made good on each device, with bounds fixed by the plan.
    package func problem(_ work: JobWork, pricer: SpacePricer?) throws -> Problem {
        switch work {
        case .training(let training):
            return try Problem(
                space: space, targets: try targets(work),
                constraints: limits(on: work), seed: seed,
                maximumOperations: search.maxOperations, trainsCandidates: searchFidelity != .inherited,
                pricer: pricer ?? training.pricer,
                guide: limitsMeasuredTimes ? nil : training.pricer)
        case .table(let table):
            return try Problem(
                space: space, listed: table.listed, targets: try targets(work), constraints: constraints,
                seed: seed, pricer: table)
        }
    }

    /// One target a device; bounds of costs are those of the space's corners (of the whole table in a table job).
    ///
    /// The host's bounds are those of its estimate, so that they do not depend on measured times.
    package func targets(_ work: JobWork) throws -> [Target] {
        switch work {
        case .training(let training): trainingTargets(training)
        case .table(let table): try tableTargets(table)
        }
    }

    private func trainingTargets(_ work: TrainingWork) -> [Target] {
        let corners = space.corners.map { work.pricer.costs(of: $0) }
        return profiles.enumerated().map { index, profile in
            let objectives = objectives.map { metric -> Objective in
                guard !metric.isQuality else {
                    return work.data.qualityObjective
                }
                let values = corners.compactMap { $0.scores[index].value(of: metric) }
                return Objective(metric, best: values.min() ?? 1, worst: values.max() ?? 1)
            }
            return Target(device: profile.name, objectives: objectives, guidesSearch: guidesSearch(profile))
        }
    }

    /// Whether a limit holds on what is timed before the search: such a limit is to be kept in truth, so that it needs the times.
    private var limitsMeasuredTimes: Bool {
        profiles.contains { profile in
            !guidesSearch(profile)
                && constraints.contains {
                    $0.applies(to: profile.name) && [.latency, .energy].contains($0.metric)
                }
        }
    }

    /// Whether times of a device may decide what is proposed; those that the host takes differ from run to run.
    private func guidesSearch(_ profile: DeviceProfile) -> Bool {
        switch latencySource(of: profile) {
        case .hostEngine, .runner: search.usesHostTimes
        case .measuredTable: true
        }
    }

    private func tableTargets(_ table: MeasurementTable) throws -> [Target] {
        try devices.enumerated().map { index, device in
            let objectives = try objectives.map { metric -> Objective in
                guard !metric.isQuality else {
                    let range = table.accuracyRange ?? 0...1
                    return Objective(.accuracy, best: range.upperBound, worst: range.lowerBound)
                }
                guard let range = table.range(of: metric, on: index) else {
                    throw JobError("\(file): the table has no \(metric.rawValue) for device '\(device)'")
                }
                return Objective(metric, best: range.lowerBound, worst: range.upperBound)
            }
            return Target(device: device, objectives: objectives)
        }
    }

    /// The profile of this computer, where it is among the job's devices.
    package var host: DeviceProfile? {
        profiles.first { profile in
            switch profile.latencySource {
            case .hostEngine: true
            case .runner, .measuredTable: false
            }
        }
    }
}
