public import Datasets
public import Determinism
import ModelCompression
import ModelGraph
public import Quantities
public import SearchSpaces
import Training

/// A data set divided, normalised and ready to train on and to judge by.
///
/// The search sees `train` and `validation`; `test` is touched once, by finalists.
public struct PreparedData: Sendable {
    /// All samples.
    public let dataset: Dataset
    /// What networks learn from the data.
    public let task: TaskRules
    /// Which samples serve what.
    public let split: DataSplit
    /// Fitted on train; kept with the model.
    public private(set) var normalization: Normalization
    /// Applied to samples that are trained on.
    public let augmentation: Augmentation
    /// SHA-256 over all samples and what is predicted from them.
    public let content: String

    /// Divides a data set and, where none is given, fits the normalisation on its training part.
    ///
    /// - Parameter standardises: whether numbers to predict are learned in deviations from their mean.
    public init(
        _ dataset: Dataset, rules: SplitRules, augmentation: Augmentation,
        normalization given: Normalization? = nil,
        goal: LearningGoal = LearningGoal(task: .classification, metric: .accuracy),
        standardises: Bool = true
    ) throws(DatasetError) {
        self.dataset = dataset
        self.augmentation = augmentation
        split = try DataSplit(dataset, rules)
        task = try TaskRules(goal, for: dataset, split: split, standardises: standardises)
        if let given, dataset.sampleSize % given.offsets.count != 0 {
            throw .file(
                dataset.name,
                detail: "preprocessing has \(given.offsets.count) offsets, which do not divide samples of "
                    + "\(dataset.sampleSize) values")
        }
        normalization =
            given
            ?? Normalization(
                fitting: dataset, samples: split.train.normal(in: dataset),
                period: dataset.normalizationPeriod)
        content = dataset.contentHash()
    }

    /// Everything of the data that decides an accuracy: all samples and what is predicted from them, the parts, what samples
    /// become before they are read, and how they vary.
    public var identity: Identity {
        [
            "version": .integer(1), "content": .text(content),
            "parts": .text(
                Identity.list(
                    [split.train, split.validation, split.test, split.slice].map { .text($0.hash) }
                )
                .hash),
            "normalization": .text(normalization.identity.hash), "augmentation": augmentation.identity,
            "task": task.goal.identity,
        ]
    }

    /// What a network for this data reads and how many values it gives.
    public var input: NetworkInput {
        NetworkInput(
            height: dataset.sampleShape[0], width: dataset.sampleShape[1], channels: dataset.sampleShape[2],
            outputs: task.outputCount)
    }

    /// The same data normalised otherwise, to see what a model that is there already was trained with.
    public func normalized(by other: Normalization) -> PreparedData {
        var copy = self
        copy.normalization = other
        return copy
    }

    /// Usual normalisations of such data, each with what a job file says for it.
    public var usualNormalizations: [(String, Normalization)] {
        let fitted = Normalization(
            fitting: dataset, samples: split.train, period: dataset.normalizationPeriod)
        let scaled = [("1/255", Float(1) / 255), ("1/16", Float(1) / 16)].map { name, scale in
            ("{offsets: 0, scales: \(scale)} (\(name))", Normalization(offsets: [0], scales: [scale]))
        }
        return [("none: {offsets: 0, scales: 1}", Normalization.identity)] + scaled
            + [
                (
                    "{offsets: 127.5, scales: \(Float(1) / 127.5)}",
                    Normalization(offsets: [127.5], scales: [1 / 127.5])
                ),
                ("left out, so that it is fitted on train", fitted),
            ]
    }

    /// What guessing reaches on validation.
    public var valueOfGuessing: Double { task.valueOfGuessing(split.validation, in: dataset) }

    /// Normalised samples, one after another, without augmentation.
    public func samples(_ indices: [Int]) -> [Float] {
        var values = [Float](repeating: 0, count: indices.count * dataset.sampleSize)
        var span = values.mutableSpan
        BatchReader(dataset, normalization: normalization).fill(indices, into: &span)
        return values
    }

    /// Samples as they were loaded, one after another.
    public func rawSamples(_ indices: [Int]) -> [Float] {
        var values = [Float](repeating: 0, count: indices.count * dataset.sampleSize)
        var span = values.mutableSpan
        BatchReader(dataset, normalization: .identity).fill(indices, into: &span)
        return values
    }

    /// The training part as the trainer reads it, augmented by `seed`.
    ///
    /// - Parameter swapsValues: whether samples get values of others, for students of a teacher that knows what to make of that.
    package func trainingSource(seed: UInt64, swapsValues: Bool = false) -> TrainingPart {
        TrainingPart(
            reader: BatchReader(
                dataset, normalization: normalization, augmentation: augmentation, seed: seed),
            plain: BatchReader(dataset, normalization: normalization),
            indices: split.train.normal(in: dataset), task: task, swapsValues: swapsValues)
    }
}

extension PreparedData {
    /// A network as it is trained: a streaming one reads a whole sample at once, over all its steps.
    func readingWholeSamples(_ network: Graph) throws(TrainingError) -> Graph {
        do { return try network.unrolled(over: dataset.sampleShape) } catch { throw .graph(error) }
    }
}

extension [Int] {
    /// Samples that are not known to be anomalies: what reconstructions learn from.
    fileprivate func normal(in dataset: Dataset) -> [Int] {
        guard case .anomalies(let flags) = dataset.target else { return self }
        return filter { !flags[$0] }
    }
}

extension PreparedData {
    /// At most 1,024 samples of the training part that statistics are taken from, without augmentation.
    ///
    /// In a drawn order: batches of a data set that is sorted by class would hold few classes each.
    package func statisticsSource() -> TrainingPart {
        var random = RandomStream(seed: 0, .subnetwork, UInt64(split.train.count))
        let rows = random.permutation(split.train.count).prefix(1024)
        let reader = BatchReader(dataset, normalization: normalization)
        return TrainingPart(reader: reader, plain: reader, indices: rows.map { split.train[$0] }, task: task)
    }
}

/// The training part of a data set; row `i` is sample `indices[i]`.
package struct TrainingPart: BatchSource {
    let reader: BatchReader
    /// Reads samples without augmentation.
    let plain: BatchReader
    let indices: [Int]
    let task: TaskRules
    /// Whether each sample gets values of another one, drawn anew in each epoch.
    var swapsValues = false

    package var count: Int { indices.count }
    package var sampleShape: [Int] { reader.dataset.sampleShape }

    package func fill(_ samples: inout MutableSpan<Float>, rows: Span<Int>, epoch: Int) {
        reader.fill(rows.indices.map { indices[rows[$0]] }, epoch: epoch, into: &samples)
        if swapsValues { swap(&samples, rows: rows, epoch: epoch) }
    }

    /// Replaces values of each sample by those that another one has at the same places: a share of them between none and
    /// `mostSwapped`.
    private func swap(_ samples: inout MutableSpan<Float>, rows: Span<Int>, epoch: Int) {
        let size = reader.dataset.sampleSize
        var other = [Float](repeating: 0, count: size)
        for place in rows.indices {
            var random = RandomStream(
                seed: reader.seed, .augmentation, UInt64(epoch), UInt64(indices[rows[place]]), 1)
            var span = other.mutableSpan
            plain.fill([indices[random.index(below: count)]], into: &span)
            let share = random.uniform() * TrainingPart.mostSwapped
            for i in 0..<size where random.uniform() < share { samples[place * size + i] = span[i] }
        }
    }

    private static let mostSwapped: Float = 0.6

    package func label(_ row: Int) -> Int {
        if case .classes(let labels, _) = reader.dataset.target { Int(labels[indices[row]]) } else { 0 }
    }

    package func fillTarget(_ target: inout MutableSpan<Float>, row: Int) {
        switch (task, reader.dataset.target) {
        case (.regression(let offset, let scale, _), .values(let values)):
            target[0] = (values[indices[row]] - offset) / scale
        case (.anomaly, _): plain.fill([indices[row]], into: &target)
        case (.classification, _), (.regression, _): break
        }
    }
}

extension CalibrationSamples {
    /// The first samples of the fixed slice of train that ranges are taken from.
    init(_ data: PreparedData, count: Int = 300) {
        let indices = Array(data.split.slice.prefix(count))
        self.init(data.samples(indices), count: indices.count)
    }
}

extension [Int] {
    /// SHA-256 of the indices in their order.
    fileprivate var hash: String {
        var hash = SHA256()
        hash.update(map { Int64($0).littleEndian }.span.bytes)
        return hash.finish()
    }
}

extension PreparedData {
    /// For each class, samples over classes and its own samples: 1 where all classes are equally frequent.
    var balancedClassWeights: [Float] {
        guard case .classes(let labels, let names) = dataset.target else { return [] }
        var counts = [Int](repeating: 0, count: names.count)
        for index in split.train { counts[Int(labels[index])] += 1 }
        let present = counts.count { $0 > 0 }
        return counts.map { $0 > 0 ? Float(split.train.count) / Float(present * $0) : 0 }
    }
}
