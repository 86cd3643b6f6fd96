import Candidates
import Datasets
import Jobs
import Quantities
public import Reports

/// What a job's data (a path ending in .yaml), or a file, folder or archive of data holds, and what is suspicious about it.
///
/// - Parameters:
///   - sheet: a file of HTML to write, with pictures of some samples of each class; nil for none.
///   - replacing: whether a sheet that is there may be replaced.
public func checkData(
    _ path: String, sheet: String? = nil, replacing: Bool = false
) throws -> DataAnswer {
    let file = try sheet.map { try OutputPath($0, replacing: replacing) }
    let (data, name) = try preparedData(path)
    try file?.write(ContactSheet(data, name: name).html)
    return DataAnswer(data, name: name)
}

private func preparedData(_ path: String) throws -> (data: PreparedData, name: String) {
    if path.hasSuffix(".yaml") {
        let job = try JobSource(named: path).resolved()
        guard case .training(let training) = try job.work(data: nil) else {
            throw KitError.refused("\(path): a table job has measurements, no samples to check")
        }
        return (training.data, job.name)
    }
    let guess = try DatasetGuess(path)
    let task = guess.request.table.task
    let goal = LearningGoal(task: task, metric: .usual(for: task))
    let data = try PreparedData(
        Dataset(guess.request), rules: SplitRules(validation: nil, test: nil), augmentation: .none, goal: goal
    )
    return (data, path)
}

extension DataAnswer {
    init(_ data: PreparedData, name: String) {
        let (dataset, split) = (data.dataset, data.split)
        let review = SampleReview(data)
        var shared: [String] = []
        if !dataset.groups.isEmpty {
            let parts = [split.train, split.validation, split.test].map { Set($0.map { dataset.groups[$0] }) }
            shared = dataset.groupNames.indices.filter { group in
                parts.count { $0.contains(Int32(group)) } > 1
            }.map { dataset.groupNames[$0] }
        }
        self.init(
            name: name, task: data.task.goal.task.rawValue, samples: dataset.count,
            shape: dataset.sampleShape,
            classes: ClassCount.all(dataset, split),
            parts: Parts(
                train: split.train.count, validation: split.validation.count, test: split.test.count),
            minimum: review.minimum, maximum: review.maximum, mean: review.mean,
            constantFeatures: review.constantFeatures, duplicates: review.duplicates,
            duplicatesAcrossParts: review.duplicatesAcrossParts, sharedGroups: shared, warnings: [])
        warnings =
            dataset.remarks + dataset.answersGivenAway(in: split.train)
            + doubts(isDivided: dataset.officialTest != nil || dataset.officialValidation != nil)
    }

    /// - Parameter isDivided: whether the data set itself sets a part apart.
    private func doubts(isDivided: Bool) -> [String] {
        var doubts: [String] = []
        if duplicatesAcrossParts > 0 {
            doubts.append(
                "\(duplicatesAcrossParts) samples of validation or test equal one of another part: "
                    + "their quality is too good")
        }
        if !constantFeatures.isEmpty {
            doubts.append(
                "features with one value only: \(constantFeatures.prefix(10).joined(separator: ", "))")
        }
        // Anomalies are looked for where normal samples were learned: each recording may be in all parts.
        if !sharedGroups.isEmpty, task != LearningTask.anomaly.rawValue {
            doubts.append(
                "\(sharedGroups.count) groups have samples in several parts (\(sharedGroups.prefix(5).joined(separator: ", "))…); "
                    + (isDivided
                        ? "the data divides them so: their quality is too good where they are the same ones"
                        : "split: {by: group} keeps them together"))
        }
        if shape[2] > 4, shape[0] <= 4, shape[1] == shape[2] {
            doubts.append(
                "samples of \(shape[0])×\(shape[1])×\(shape[2]) look like channels first; arrays are read as height × width "
                    + "× channels: transpose them to (N, H, W, C)")
        }
        for (part, missing) in [
            ("validation", classes.filter { $0.validation == 0 }), ("test", classes.filter { $0.test == 0 }),
        ] where !missing.isEmpty && task == LearningTask.classification.rawValue {
            doubts.append(
                "\(part) holds no sample of \(missing.prefix(5).map(\.name).joined(separator: ", "))"
                    + (missing.count > 5 ? "…" : "")
                    + ": nothing judges \(missing.count == 1 ? "it" : "them") there")
        }
        // Anomalies are rare by their nature, and normal samples are all that is learned from.
        let counts = task == LearningTask.classification.rawValue ? classes.map(\.train) : []
        if let least = counts.min(), let most = counts.max(), least * 10 < most {
            let metrics =
                classes.count == 2 && counts[1] == most
                ? "balanced_accuracy or macro_f1 (average_precision is that of '\(classes[1].name)', the last of two classes)"
                : "balanced_accuracy, macro_f1 or average_precision"
            doubts.append(
                "classes have \(least) to \(most) training samples; judge by \(metrics), or set "
                    + "training.class_weights: balanced")
        }
        return doubts
    }
}

extension DataAnswer.ClassCount {
    /// Of each class, or of normal samples and anomalies, the samples of each part.
    static func all(_ dataset: Dataset, _ split: DataSplit) -> [DataAnswer.ClassCount] {
        let (labels, names): ([Int], [String]) =
            switch dataset.target {
            case .classes(let labels, let names): (labels.map { Int($0) }, names)
            case .anomalies(let flags): (flags.map { $0 ? 1 : 0 }, ["normal", "anomaly"])
            case .values: ([], [])
            }
        return names.enumerated().map { index, name in
            func count(_ part: [Int]) -> Int { part.count { labels[$0] == index } }
            return DataAnswer.ClassCount(
                name: name, train: count(split.train), validation: count(split.validation),
                test: count(split.test))
        }
    }
}

/// What all samples together look like.
private struct SampleReview {
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var mean = 0.0
    private(set) var duplicates = 0
    private(set) var duplicatesAcrossParts = 0
    private(set) var constantFeatures: [String] = []

    init(_ data: PreparedData) {
        let (dataset, split) = (data.dataset, data.split)
        var firstParts: [UInt64: Int] = [:]
        var sum = 0.0
        for (part, indices) in [split.train, split.validation, split.test].enumerated() {
            for index in indices {
                let values = dataset.sample(index)
                for value in values {
                    minimum = min(minimum, Double(value))
                    maximum = max(maximum, Double(value))
                    sum += Double(value)
                }
                let hash = values.hash
                if let first = firstParts[hash] {
                    duplicates += 1
                    if first != part { duplicatesAcrossParts += 1 }
                } else {
                    firstParts[hash] = part
                }
            }
        }
        mean = sum / Double(max(dataset.count * dataset.sampleSize, 1))
        constantFeatures = SampleReview.constants(dataset, split.train)
    }

    /// Columns of a table with one value in all training samples.
    private static func constants(_ dataset: Dataset, _ train: [Int]) -> [String] {
        guard let first = train.first, !dataset.featureNames.isEmpty else { return [] }
        let width = dataset.featureNames.count
        let reference = dataset.sample(first)
        var isConstant = [Bool](repeating: true, count: width)
        for index in train {
            for (place, value) in dataset.sample(index).enumerated() where value != reference[place % width] {
                isConstant[place % width] = false
            }
        }
        return dataset.featureNames.indices.filter { isConstant[$0] }.map { dataset.featureNames[$0] }
    }
}

extension [Float] {
    /// FNV-1a over the bits.
    fileprivate var hash: UInt64 {
        reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01b3 }
    }
}
