import Quantities

/// What a data set holds and what is suspicious about it: what `data check` answers.
public struct DataAnswer: Answer, Hashable {
    /// The job's or the data set's name.
    public var name: String
    /// What is learned.
    public var task: String
    /// In all parts.
    public var samples: Int
    /// Height, width, channels.
    public var shape: [Int]
    /// Empty where no classes are predicted.
    public var classes: [ClassCount]
    /// Samples of each part.
    public var parts: Parts
    /// The smallest and largest value, and the mean.
    public var minimum, maximum, mean: Double
    /// Of a table, what each feature holds in all training samples; empty for other sources.
    public var features: [FeatureRange]
    /// Of a table, the columns that are no features; empty for other sources.
    public var leftOut: [LeftOut]
    /// The numbers to predict in the training part; nil where none are predicted.
    public var target: TargetSpread?
    /// Features that have one value in all training samples.
    public var constantFeatures: [String]
    /// Samples that are equal to an earlier one, and those whose equal stands in another part.
    public var duplicates, duplicatesAcrossParts: Int
    /// Groups with samples in more than one part.
    public var sharedGroups: [String]
    /// Sentences.
    public var warnings: [String]

    /// A class, with its samples in each part.
    public struct ClassCount: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Samples of it in each part.
        public var train, validation, test: Int

        /// A class.
        public init(name: String, train: Int, validation: Int, test: Int) {
            self.name = name
            self.train = train
            self.validation = validation
            self.test = test
        }
    }

    /// What one feature of a table holds.
    public struct FeatureRange: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// The smallest and largest value, and the mean.
        public var minimum, maximum, mean: Double

        /// A feature.
        public init(name: String, minimum: Double, maximum: Double, mean: Double) {
            self.name = name
            self.minimum = minimum
            self.maximum = maximum
            self.mean = mean
        }
    }

    /// A column that is no feature.
    public struct LeftOut: Codable, Hashable, Sendable {
        /// Its name in the header, and why it is left out.
        public var column, reason: String

        /// A column.
        public init(column: String, reason: String) {
            self.column = column
            self.reason = reason
        }
    }

    /// Numbers to predict.
    public struct TargetSpread: Codable, Hashable, Sendable {
        /// The smallest and largest number, the mean, and the root of the mean square of deviations from it.
        public var minimum, maximum, mean, deviation: Double

        /// A spread.
        public init(minimum: Double, maximum: Double, mean: Double, deviation: Double) {
            self.minimum = minimum
            self.maximum = maximum
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// Samples of each part.
    public struct Parts: Codable, Hashable, Sendable {
        /// How many.
        public var train, validation, test: Int

        /// Sizes.
        public init(train: Int, validation: Int, test: Int) {
            self.train = train
            self.validation = validation
            self.test = test
        }
    }

    enum CodingKeys: String, CodingKey {
        case name, task, samples, shape, classes, parts, minimum, maximum, mean, features
        case leftOut = "left_out"
        case target
        case constantFeatures = "constant_features"
        case duplicates
        case duplicatesAcrossParts = "duplicates_across_parts"
        case sharedGroups = "shared_groups"
        case warnings
    }

    /// A data set.
    public init(
        name: String, task: String, samples: Int, shape: [Int], classes: [ClassCount], parts: Parts,
        minimum: Double, maximum: Double, mean: Double, features: [FeatureRange] = [],
        leftOut: [LeftOut] = [], target: TargetSpread? = nil, constantFeatures: [String],
        duplicates: Int, duplicatesAcrossParts: Int, sharedGroups: [String], warnings: [String]
    ) {
        self.name = name
        self.task = task
        self.samples = samples
        self.shape = shape
        self.classes = classes
        self.parts = parts
        self.minimum = minimum
        self.maximum = maximum
        self.mean = mean
        self.features = features
        self.leftOut = leftOut
        self.target = target
        self.constantFeatures = constantFeatures
        self.duplicates = duplicates
        self.duplicatesAcrossParts = duplicatesAcrossParts
        self.sharedGroups = sharedGroups
        self.warnings = warnings
    }

    /// One row a class; without classes one row for all samples.
    public var csv: CSVRows {
        get throws {
            let all = ClassCount(
                name: name, train: parts.train, validation: parts.validation, test: parts.test)
            return try CSVRows(
                ["name", "train", "validation", "test"], of: classes.isEmpty ? [all] : classes)
        }
    }

    /// Shape, classes and parts, then what is suspicious.
    public func table(_ style: TableStyle) -> String {
        let extents = shape.map(String.init).joined(separator: "×")
        let text =
            "\(name): \(task), \(samples) samples of \(extents), values from \(Human.number(minimum)) to "
            + "\(Human.number(maximum))\n\n"
            + DataAnswer.table(of: parts, classes) + targetLine + featureTable + leftOutLine
            + warnings.map { "\nwarning: \($0)" }.joined()
        return warnings.isEmpty ? text : text + "\n"
    }

    /// The most features or classes that a table lists.
    private static let mostListed = 50

    private var targetLine: String {
        guard let target else { return "" }
        return
            "\nto predict: \(Human.number(target.minimum)) to \(Human.number(target.maximum)), mean "
            + "\(Human.number(target.mean)), deviation \(Human.number(target.deviation)) (training samples)\n"
    }

    private var featureTable: String {
        guard !features.isEmpty else { return "" }
        var table = TextTable([("feature", .left), ("from", .right), ("to", .right), ("mean", .right)])
        for feature in features.prefix(DataAnswer.mostListed) {
            table.append(
                [feature.name] + [feature.minimum, feature.maximum, feature.mean].map { Human.number($0) })
        }
        let others = features.count - DataAnswer.mostListed
        return "\n" + table.text + (others > 0 ? "and \(others) more (--format json)\n" : "")
    }

    private var leftOutLine: String {
        guard !leftOut.isEmpty else { return "" }
        let columns = leftOut.prefix(DataAnswer.mostListed).map { "\($0.column) (\($0.reason))" }
        return
            "\nno features: \(columns.joined(separator: ", "))"
            + (leftOut.count > columns.count ? " and \(leftOut.count - columns.count) more" : "") + "\n"
    }

    /// One row a class, then one of all; of many classes the first fifty and how many more there are.
    static func table(of parts: Parts, _ classes: [ClassCount]) -> String {
        var table = TextTable([
            (classes.isEmpty ? "samples" : "class", .left), ("train", .right), ("validation", .right),
            ("test", .right),
        ])
        for entry in classes.prefix(mostListed) {
            table.append([entry.name, "\(entry.train)", "\(entry.validation)", "\(entry.test)"])
        }
        if classes.count > mostListed {
            table.append(["and \(classes.count - mostListed) more", "", "", ""])
        }
        table.append(["all", "\(parts.train)", "\(parts.validation)", "\(parts.test)"])
        return table.text
    }
}
