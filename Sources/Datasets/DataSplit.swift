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
    public var validation: Part
    public var test: Part
    public var basis: Basis
    public var seed: UInt64

    /// A part of the samples.
    public enum Part: Hashable, Sendable {
        /// Of all samples, between 0 and 1.
        case fraction(Double)
        /// What the source itself sets apart.
        case official
        /// The samples whose file name fits.
        case pattern(String)
    }

    /// What is kept together when fractions are drawn.
    public enum Basis: String, Hashable, Sendable, CaseIterable {
        /// Nothing: samples are drawn at random, each class in its proportion.
        case sample
        /// The groups of the data set (speakers, machines): each falls into one part whole.
        case group
        /// Test comes last and validation before it, in the order of the samples.
        case time
    }

    public init(
        validation: Part = .fraction(0.15), test: Part = .fraction(0.15), basis: Basis = .sample,
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
    /// Fractions count from the whole data set. Each part is in ascending order.
    public init(_ dataset: Dataset, _ rules: SplitRules) throws(DatasetError) {
        var rest = Array(0..<dataset.count)
        test = try dataset.take(rules.test, as: "test", from: &rest, rules)
        validation = try dataset.take(rules.validation, as: "validation", from: &rest, rules)
        train = rest
        guard !train.isEmpty else {
            throw .split(dataset: dataset.name, detail: "no sample is left to train on")
        }
        let trained = Set(train.lazy.map { dataset.labels.isEmpty ? 0 : dataset.labels[$0] })
        for (index, name) in dataset.classNames.enumerated()
        where dataset.classCounts[index] > 0 && !trained.contains(Int32(index)) {
            throw .split(dataset: dataset.name, detail: "no sample of class '\(name)' is left to train on")
        }
        let count = min(train.count, max(train.count / 10, 128), 1000)
        slice = dataset.drawSamples(count, from: train, seed: rules.seed, purpose: 2).sorted()
    }
}

extension Dataset {
    /// Removes a part from `rest` and returns it.
    fileprivate func take(
        _ part: SplitRules.Part, as name: String, from rest: inout [Int], _ rules: SplitRules
    ) throws(DatasetError) -> [Int] {
        let taken: [Int]
        switch part {
        case .official:
            guard let officialTest else {
                throw .split(
                    dataset: self.name, detail: "has no official test part; give \(name) as a fraction")
            }
            taken = rest.filter(officialTest.contains)
        case .pattern(let pattern):
            guard let glob = Glob(pattern) else {
                throw .split(dataset: self.name, detail: "\(name): '\(pattern)' is no file-name pattern")
            }
            guard !sampleNames.isEmpty else {
                throw .split(
                    dataset: self.name,
                    detail: "\(name): its samples have no names that a pattern could match")
            }
            taken = rest.filter { glob.matches(sampleNames[$0]) }
            guard !taken.isEmpty else {
                throw .split(dataset: self.name, detail: "\(name): no file fits '\(pattern)'")
            }
        case .fraction(let fraction):
            guard fraction > 0, fraction < 1 else {
                throw .split(dataset: self.name, detail: "\(name) must be between 0 and 1, got \(fraction)")
            }
            let wanted = Int((fraction * Double(count)).rounded())
            guard wanted > 0, wanted < rest.count else {
                throw .split(
                    dataset: self.name,
                    detail: "\(name) of \(fraction) asks for \(wanted) of \(rest.count) samples")
            }
            taken = try draw(wanted, as: name, from: rest, rules)
        }
        let isTaken = Set(taken)
        rest.removeAll { isTaken.contains($0) }
        return taken
    }

    private func draw(
        _ wanted: Int, as name: String, from rest: [Int], _ rules: SplitRules
    ) throws(DatasetError) -> [Int] {
        let purpose: UInt64 = name == "test" ? 0 : 1
        switch rules.basis {
        case .time: return Array(rest.suffix(wanted))
        case .sample: return drawSamples(wanted, from: rest, seed: rules.seed, purpose: purpose).sorted()
        case .group:
            guard !groups.isEmpty else {
                throw .split(dataset: self.name, detail: "its samples have no groups to split by")
            }
            return drawGroups(wanted, from: rest, seed: rules.seed, purpose: purpose)
        }
    }

    /// Whole groups in random order until `wanted` samples are reached; the last group is taken where that comes nearer.
    private func drawGroups(_ wanted: Int, from rest: [Int], seed: UInt64, purpose: UInt64) -> [Int] {
        var random = RandomStream(seed: seed, .split, purpose, UInt64.max)
        var taken: [Int] = []
        for group in random.permutation(groupNames.count) {
            let members = rest.filter { groups[$0] == Int32(group) }
            let overshoot = taken.count + members.count - wanted
            if overshoot <= 0 || overshoot < wanted - taken.count { taken += members }
            if overshoot >= 0 { break }
        }
        return taken.sorted()
    }

    /// Random samples, from each class its share (largest remainders first; a regression is one class).
    fileprivate func drawSamples(_ wanted: Int, from rest: [Int], seed: UInt64, purpose: UInt64) -> [Int] {
        var members = [[Int]](repeating: [], count: max(classNames.count, 1))
        let labels = labels
        for index in rest { members[labels.isEmpty ? 0 : Int(labels[index])].append(index) }
        let shares = members.map { Double($0.count) * Double(wanted) / Double(max(rest.count, 1)) }
        var counts = shares.map { Int($0) }
        let byRemainder = shares.indices.sorted {
            let (a, b) = (shares[$0] - shares[$0].rounded(.down), shares[$1] - shares[$1].rounded(.down))
            return a != b ? a > b : $0 < $1
        }
        for index in byRemainder.prefix(max(wanted - counts.reduce(0, +), 0)) { counts[index] += 1 }
        return members.indices.flatMap { index -> [Int] in
            var random = RandomStream(seed: seed, .split, purpose, UInt64(index))
            return random.permutation(members[index].count).prefix(counts[index]).map { members[index][$0] }
        }
    }
}
