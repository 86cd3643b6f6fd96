import Determinism

/// Which samples serve what; the three parts share no sample.
public struct DataSplit: Hashable, Sendable {
    /// Candidates learn from these.
    public let train: [Int]
    /// The search compares candidates on these.
    public let validation: [Int]
    /// Finalists are measured on these, once.
    public let test: [Int]
    /// A fixed part of train for ranges, statistics, sensitivity and early stopping; all classes in their proportions.
    public let slice: [Int]
}

/// How a data set is divided.
public struct SplitRules: Hashable, Sendable {
    /// Nil for what the source sets apart, else 0.15.
    public var validation: Part?
    /// Nil for what the source sets apart, else 0.15.
    public var test: Part?
    /// What is kept together when fractions are drawn.
    public var basis: Basis
    /// Decides which samples are drawn.
    public var seed: UInt64

    /// A part of the samples.
    public enum Part: Hashable, Sendable {
        /// Of all samples, between 0 and 1.
        case fraction(Double)
        /// What the source itself sets apart.
        case official
        /// The samples whose file name fits.
        case pattern(String)
        /// The samples of each group behind its first ones.
        case after(Int)
    }

    /// What is kept together when fractions are drawn.
    public enum Basis: String, Hashable, Sendable, CaseIterable {
        /// Nothing: samples are drawn at random, each class in its proportion. Windows that share rows are divided by
        /// group instead, or by time where there are fewer groups than parts.
        case sample
        /// The groups of the data set (speakers, machines): each falls into one part whole.
        case group
        /// Test comes last and validation before it, in the order of the samples (of windows, within each group).
        case time
    }

    /// Rules; 15 % for each part, drawn at random, unless stated otherwise.
    public init(
        validation: Part? = .fraction(0.15), test: Part? = .fraction(0.15), basis: Basis = .sample,
        seed: UInt64 = 0
    ) {
        self.validation = validation
        self.test = test
        self.basis = basis
        self.seed = seed
    }
}

extension DataSplit {
    /// Divides a data set: first the test part, then validation from the rest, then the slice from train.
    ///
    /// Fractions count from the whole data set. Each part is in ascending order, and none is empty. Where parts are divided by
    /// time, or one comes behind the first rows of each group, a window that reaches into the next part is left out.
    public init(_ dataset: Dataset, _ rules: SplitRules) throws(DatasetError) {
        let draw = SplitDraw(dataset, rules)
        var rest = Array(0..<dataset.count)
        let test = rules.test ?? (dataset.officialTest == nil ? .fraction(0.15) : .official)
        let validation = rules.validation ?? (dataset.officialValidation == nil ? .fraction(0.15) : .official)
        // What is set apart by name leaves before anything is drawn.
        if case .fraction = test, case .fraction = validation {
            (self.test, self.validation, train) = try draw.twoParts(test, validation, from: rest)
        } else {
            var parts: [String: [Int]] = [:]
            for (name, part) in [("test", test), ("validation", validation)].sorted(by: {
                !$0.1.isDrawn && $1.1.isDrawn
            }) {
                let taken = try draw.take(part, as: name, from: &rest)
                if case .after = part { rest = draw.withoutOverlaps(rest, into: taken) }
                parts[name] = taken
            }
            self.test = parts["test"] ?? []
            self.validation = draw.withoutOverlaps(
                parts["validation"] ?? [], into: test.isDrawn ? self.test : [])
            train = draw.withoutOverlaps(rest, into: self.validation + (test.isDrawn ? self.test : []))
        }
        for (name, part) in [("test", self.test), ("validation", self.validation), ("train", train)] {
            guard !part.isEmpty else {
                throw .split(dataset: dataset.name, detail: "leaves no sample for \(name)")
            }
        }
        try draw.checkClasses(train: train)
        let count = min(train.count, max(train.count / 10, 128), 1000)
        slice = draw.samples(count, from: train, purpose: 2).sorted()
    }
}

extension SplitRules.Part {
    /// Whether samples are drawn, not named.
    fileprivate var isDrawn: Bool { if case .fraction = self { true } else { false } }
}
