package import Candidates
import Datasets
package import ModelGraph
import Quantities
import Search
import SearchSpaces
package import Training
import YAMLReader

/// A job's data, loaded: samples to train on, or a table of measurements to look candidates up in.
package enum JobWork: Sendable {
    case training(TrainingWork)
    case table(MeasurementTable)

    var isTable: Bool {
        switch self {
        case .training: false
        case .table: true
        }
    }
}

/// Samples and the prices of the job's devices.
package struct TrainingWork: Sendable {
    package let data: PreparedData
    package let pricer: SpacePricer
    /// Networks from elsewhere that candidates learn from, by the names that recipes give them.
    package let externalTeachers: [String: Graph]
    /// The weights of the job's super-network, once it is trained; nil where there is none.
    package var sharedWeights: SharedWeights?
    /// Where the networks last that candidates inherit from; nil keeps them in memory.
    package var networks: (any NetworkShelf)?
}

extension ResolvedJob {
    /// Loads the data; `folder` replaces the data set's path.
    ///
    /// - Parameters:
    ///   - database: where teachers are looked up that are finished candidates; nil where nothing will be trained.
    ///   - checkTime: called when samples are read and when they are prepared; throws where that took too long.
    package func work(
        data folder: String?, database: String? = nil, checkTime: () throws -> Void = {}
    ) throws -> JobWork {
        switch data {
        case .table(let source):
            return .table(
                try MeasurementTable(
                    source.paths.map { try CSVTable(contentsOf: $0) }, columns: source.columns, space: space))
        case .samples(let source):
            return .training(
                try trainingWork(source, folder: folder, database: database, checkTime: checkTime))
        }
    }

    private func trainingWork(
        _ source: SampleSource, folder: String?, database: String?, checkTime: () throws -> Void
    ) throws -> TrainingWork {
        guard finalSettings.precision.kernels != nil else {
            throw JobError(
                "\(file): training.precision: bfloat16 needs a processor with AVX512-BF16; use float32 here")
        }
        var request = source.request
        request.path = folder ?? request.path
        let dataset = try Dataset(request)
        try checkTime()
        let data = try PreparedData(
            dataset, rules: source.rules, augmentation: source.augmentation,
            normalization: source.normalization, goal: source.goal, standardises: weights.isUntrained)
        try checkTime()
        let pricer = SpacePricer(
            space: space, input: data.input, devices: profiles,
            reserve: reserve.adding(data.dataset.frontEndWork))
        do {
            _ = try pricer.compressedGraph(of: space.largest)
        } catch {
            if let model = places.model { throw model.error(String(describing: error)) }
            throw JobError("\(file): space '\(space.name)' does not fit the data: \(error)")
        }
        return TrainingWork(
            data: data, pricer: pricer,
            externalTeachers: try database.map { try externalTeachers(for: data, database: $0) } ?? [:])
    }

    /// What builds the job's candidates, for a training of these settings.
    ///
    /// - Parameters:
    ///   - networks: those that candidates inherit from; nil where they inherit from none.
    ///   - trainsOn: whether a candidate's network is trained on from where the search left it.
    ///   - seed: nil for the job's own.
    package func builder(
        _ training: TrainingWork, _ settings: TrainingSettings, inheriting networks: InheritedNetworks? = nil,
        trainsOn: Bool = false, seed other: UInt64? = nil
    ) -> CandidateBuilder {
        var settings = settings
        if settings.mostEpochs != nil { settings.largestOperations = largestOperations(training) }
        return CandidateBuilder(
            space: space, data: training.data, settings: settings, seed: other ?? seed, options: compression,
            externalTeachers: training.externalTeachers, shared: training.sharedWeights,
            inheritance: networks.map { Inheritance($0, trainsOn: trainsOn) })
    }

    /// Multiply-accumulate operations of the largest networks that are trained.
    private func largestOperations(_ training: TrainingWork) -> Double {
        let largest =
            search.maxOperations ?? training.pricer.costs(of: space.uncompressed(space.largest)).macs
        return Double(largest ?? 1)
    }

    /// The networks that the job's candidates inherit from; nil where they inherit from none.
    package func inheritedNetworks(_ training: TrainingWork) -> InheritedNetworks? {
        guard weights == .inherited else { return nil }
        return InheritedNetworks(builder(training, searchSettings), shelf: training.networks)
    }
}

extension ResolvedJob {
    /// The share of a slice of train on which the given model is right as it came; nil where the job has a space.
    package func givenAccuracy(_ training: TrainingWork) throws -> Double? {
        switch weights {
        case .scratch, .shared, .inherited, .backbone: return nil
        case .given:
            return try originalAccuracy(training.data, on: training.data.split.slice)
        }
    }

    /// The share of samples on which the given model is right as it came.
    private func originalAccuracy(_ data: PreparedData, on samples: [Int]) throws -> Double {
        let judge = Judge(data: data, task: data.task.plain)
        do {
            let network = try space.graph(of: space.uncompressed(space.largest), input: data.input)
            return judge.task.value(of: try judge.predictions(of: network, on: samples))
        } catch {
            throw places.model?.error(String(describing: error)) ?? error
        }
    }

    /// What is suspicious about the job's model and its teachers.
    package func warnings(_ work: JobWork) throws -> [String] {
        guard case .training(let training) = work else { return [] }
        let doubts = try [spaceRemark].compactMap(\.self) + doubts(aboutTeachersOf: training)
        guard let accuracy = try givenAccuracy(training) else { return doubts }
        let others =
            try self.doubts(aboutPreprocessingOf: training.data, accuracy)
            + self.doubts(aboutValidationOf: training.data)
        guard training.data.isNoBetterThanGuessing(accuracy) else { return doubts + others }
        return doubts + others + [
            "\(space.name) is right on \(Human.percent(accuracy)) of the training slice, no better than guessing: "
                + "see whether dataset.preprocessing and the order of the classes are those it was trained with"
        ]
    }
}

extension ResolvedJob {
    /// A share of right answers that no honest comparison with labels explains by chance.
    private static let clearGain = 0.1

    /// Whether the model agrees much better with the labels under another usual normalisation.
    private func doubts(aboutPreprocessingOf data: PreparedData, _ accuracy: Double) -> [String] {
        guard case .classification = data.task.goal.task else { return [] }
        let samples = Array(data.split.slice.prefix(200))
        let tried = data.usualNormalizations.map { text, normalization in
            // Inputs far from what a model knows may overflow in it: nothing is right then.
            (text, (try? originalAccuracy(data.normalized(by: normalization), on: samples)) ?? 0)
        }
        guard let best = tried.max(by: { $0.1 < $1.1 }), best.1 > accuracy + ResolvedJob.clearGain else {
            return []
        }
        return [
            "\(space.name) is right on \(Human.percent(accuracy)) of the training slice as its inputs are prepared, and on "
                + "\(Human.percent(best.1)) with dataset.preprocessing \(best.0)"
        ]
    }

    /// Whether the model knows the validation samples, which then say nothing.
    private func doubts(aboutValidationOf data: PreparedData) throws -> [String] {
        let samples = Array(data.split.validation.prefix(1000))
        guard case .classification = data.task.goal.task, samples.count >= 50,
            try originalAccuracy(data, on: samples) == 1
        else { return [] }
        return [
            "\(space.name) is right on all of \(samples.count) validation samples: if it was trained on them, "
                + "their accuracy says nothing; name samples that it never saw by dataset.validation"
        ]
    }
}

extension PreparedData {
    /// Whether an accuracy is within a fifth of what guessing reaches.
    func isNoBetterThanGuessing(_ accuracy: Double) -> Bool { accuracy <= valueOfGuessing * 1.2 }

    /// Goodness from that of guessing to the best there is.
    var qualityObjective: Objective {
        let guessing = valueOfGuessing
        return Objective(.accuracy, best: task.bestGoodness, worst: min(guessing, task.bestGoodness - 1e-9))
    }
}
