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
    let checked = try CheckedData(path)
    try file?.write(ContactSheet(checked.data, name: checked.name).html)
    return DataAnswer(checked)
}

/// What a path stands for, loaded and divided.
private struct CheckedData {
    let data: PreparedData
    let name: String
    /// Whether a job says that groups are divided, by time or behind their first rows.
    let dividesGroups: Bool
    /// Why columns are ignored that no job names; nil for a job.
    let whyIgnored: String?
}

extension CheckedData {
    init(_ path: String) throws {
        if path.hasSuffix(".yaml") {
            let job = try JobSource(named: path).resolved()
            guard case .training(let training) = try job.work(data: nil),
                case .samples(let source) = job.data
            else {
                throw KitError.refused("\(path): a table job has measurements, no samples to check")
            }
            self.init(
                data: training.data, name: job.name, dividesGroups: source.rules.dividesGroups,
                whyIgnored: nil)
            return
        }
        let guess = try DatasetGuess(path)
        let task = guess.request.table.task
        let goal = LearningGoal(task: task, metric: .usual(for: task))
        self.init(
            data: try PreparedData(
                Dataset(guess.request), rules: SplitRules(validation: nil, test: nil), augmentation: .none,
                goal: goal), name: path, dividesGroups: false,
            whyIgnored: guess.keys.first { $0.name == "ignore" }?.remark)
    }
}

extension SplitRules {
    /// Whether parts are asked for that divide groups.
    fileprivate var dividesGroups: Bool {
        if case .after? = test { return true }
        return basis == .time
    }
}

extension DataAnswer {
    fileprivate init(_ checked: CheckedData) {
        let data = checked.data
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
            name: checked.name, task: data.task.goal.task.rawValue, samples: dataset.count,
            shape: dataset.sampleShape,
            classes: ClassCount.all(dataset, split),
            parts: Parts(
                train: split.train.count, validation: split.validation.count, test: split.test.count),
            minimum: review.minimum, maximum: review.maximum, mean: review.mean,
            features: review.features,
            leftOut: dataset.unusedColumns.map { unused in
                LeftOut(
                    column: unused.column,
                    reason: unused.reason == "is ignored"
                        ? checked.whyIgnored ?? unused.reason : unused.reason)
            }, target: TargetSpread(dataset, split.train),
            constantFeatures: review.features.filter { $0.minimum == $0.maximum }.map(\.name),
            duplicates: review.duplicates,
            duplicatesAcrossParts: review.duplicatesAcrossParts, sharedGroups: shared, warnings: [])
        warnings =
            dataset.remarks + dataset.answersGivenAway(in: split.train)
            + doubts(
                isDivided: dataset.officialTest != nil || dataset.officialValidation != nil,
                dividesGroups: checked.dividesGroups)
    }

    /// - Parameters:
    ///   - isDivided: whether the data set itself sets a part apart.
    ///   - dividesGroups: whether that is what the job asks for.
    private func doubts(isDivided: Bool, dividesGroups: Bool) -> [String] {
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
        if !sharedGroups.isEmpty, !dividesGroups, task != LearningTask.anomaly.rawValue {
            doubts.append(
                "\(sharedGroups.count) groups have samples in several parts ("
                    + sharedGroups.prefix(5).joined(separator: ", ")
                    + (sharedGroups.count > 5 ? ", …); " : "); ")
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
    private(set) var features: [DataAnswer.FeatureRange] = []

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
        features = SampleReview.ranges(dataset, split.train)
    }

    /// What the columns of a table hold in all training samples.
    private static func ranges(_ dataset: Dataset, _ train: [Int]) -> [DataAnswer.FeatureRange] {
        let width = dataset.featureNames.count
        guard let first = train.first, width > 0 else { return [] }
        var (low, high) = (Array(dataset.sample(first).prefix(width)), [Float]())
        high = low
        var sums = [Double](repeating: 0, count: width)
        for index in train {
            for (place, value) in dataset.sample(index).enumerated() {
                let column = place % width
                low[column] = min(low[column], value)
                high[column] = max(high[column], value)
                sums[column] += Double(value)
            }
        }
        let count = Double(train.count * dataset.sampleSize / width)
        return dataset.featureNames.enumerated().map { column, name in
            DataAnswer.FeatureRange(
                name: name, minimum: Double(low[column]), maximum: Double(high[column]),
                mean: sums[column] / count)
        }
    }
}

extension DataAnswer.TargetSpread {
    /// Of the numbers that some samples are to predict; nil where nothing of the kind is predicted.
    fileprivate init?(_ dataset: Dataset, _ indices: [Int]) {
        guard case .values(let values) = dataset.target, !indices.isEmpty else { return nil }
        let numbers = indices.map { Double(values[$0]) }
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
        self.init(
            minimum: numbers.min() ?? mean, maximum: numbers.max() ?? mean, mean: mean,
            deviation: variance.squareRoot())
    }
}

extension [Float] {
    /// FNV-1a over the bits.
    fileprivate var hash: UInt64 {
        reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01b3 }
    }
}
