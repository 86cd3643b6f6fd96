import Candidates
import Devices
import Quantities
import Search
import SearchSpaces
import YAMLReader

extension ResolvedJob {
    /// The search problem: what is to be made good on each device, with bounds fixed by the plan.
    func problem(_ work: JobWork, pricing: Pricing?) throws -> Problem {
        let price: @Sendable (Genotype) -> Costs =
            switch work {
            case .training(let training): { (pricing ?? training.pricing).costs(of: $0) }
            case .table(let table): { table.costs(of: $0) }
            }
        return try Problem(
            space: space, targets: try targets(work), constraints: constraints, seed: seed, price: price)
    }

    /// One target a device; bounds of costs are those of the space's corners (of the whole table in a table job).
    ///
    /// The host's bounds are those of its estimate, so that they do not depend on the machine's mood.
    func targets(_ work: JobWork) throws -> [Target] {
        switch work {
        case .training(let training): trainingTargets(training)
        case .table(let table): try tableTargets(table)
        }
    }

    private func trainingTargets(_ work: TrainingWork) -> [Target] {
        let corners = space.corners.map { work.pricing.costs(of: $0) }
        return devices.enumerated().map { index, device in
            let objectives = objectives.map { metric -> Objective in
                guard !metric.isQuality else {
                    return Objective(.accuracy, best: 1, worst: work.data.majorityShare)
                }
                let values = corners.compactMap { $0.scores[index].value(of: metric) }
                return Objective(metric, best: values.min() ?? 1, worst: values.max() ?? 1)
            }
            return Target(device: device, objectives: objectives, guidesSearch: guidesSearch(index))
        }
    }

    private func guidesSearch(_ device: Int) -> Bool {
        profiles[device].name != "host-cpu" || file.search.usesHostTimes
    }

    private func tableTargets(_ table: MeasurementTable) throws -> [Target] {
        try devices.enumerated().map { index, device in
            let objectives = try objectives.map { metric -> Objective in
                guard !metric.isQuality else {
                    let range = table.accuracyRange ?? 0...1
                    return Objective(.accuracy, best: range.upperBound, worst: range.lowerBound)
                }
                guard let range = table.range(of: metric, on: index) else {
                    throw CommandError(
                        "\(file.file): the table has no \(metric.rawValue) for device '\(device)'")
                }
                return Objective(metric, best: range.lowerBound, worst: range.upperBound)
            }
            return Target(device: device, objectives: objectives)
        }
    }

    /// The strategy by its name in job files.
    var strategy: any SearchStrategy {
        get throws {
            switch file.search.strategy?.value ?? "nsga2" {
            case "random": return RandomSearch()
            case "exhaustive": return ExhaustiveSearch()
            case "nsga2": return NSGA2()
            case "pareto-local-search": return ParetoLocalSearch()
            case let unknown:
                let known = "random, exhaustive, nsga2, pareto-local-search"
                guard let node = file.search.strategy?.node else {
                    throw CommandError("unknown strategy '\(unknown)'; known: \(known)")
                }
                throw node.error("unknown strategy '\(unknown)'; known: \(known)")
            }
        }
    }

    /// Settings of the training that compares candidates.
    var searchSettings: TrainingSettings {
        guard !file.finalists.isEveryone else { return finalSettings }
        return settings(
            epochs: file.training.epochs, fineTuneEpochs: file.training.fineTuneEpochs, distills: false)
    }

    /// Settings of the training to the end.
    var finalSettings: TrainingSettings {
        settings(
            epochs: file.finalists.epochs, fineTuneEpochs: file.finalists.fineTuneEpochs,
            distills: file.finalists.distills)
    }

    private func settings(epochs: Double, fineTuneEpochs: Double?, distills: Bool) -> TrainingSettings {
        var settings = TrainingSettings(
            epochs: epochs, fineTuneEpochs: fineTuneEpochs, batch: file.training.batch,
            usesAdamW: file.training.optimizer == .adamw, learningRate: file.training.learningRate,
            distillsAll: distills)
        settings.channelOrder = file.training.channelOrder
        return settings
    }

    /// The part of the time that the search itself may take; the finalists get the rest.
    ///
    /// Split by passes over the data: at most `perDevice` finalists a device against `maxEvaluations` candidates.
    var searchShareOfTime: Double {
        let finals = Double(file.finalists.perDevice * devices.count) * file.finalists.epochs * 0.6
        let search = Double(file.search.maxEvaluations) * file.training.epochs
        return file.dataset.table == nil ? search / max(search + finals, 1e-9) : 1
    }
}
