import Determinism

/// Draws the parts of one data set.
struct SplitDraw {
    let dataset: Dataset
    let seed: UInt64
    let basis: SplitRules.Basis

    /// How many draws of groups are compared for the classes that they leave to each part.
    private static let attempts: UInt64 = 64

    init(_ dataset: Dataset, _ rules: SplitRules) {
        self.dataset = dataset
        seed = rules.seed
        guard rules.basis == .sample, dataset.hasOverlaps else {
            basis = rules.basis
            return
        }
        if case .after? = rules.test {
            basis = .time
        } else {
            basis = dataset.groupNames.count >= 3 ? .group : .time
        }
    }

    private func fault(_ detail: String) -> DatasetError { .split(dataset: dataset.name, detail: detail) }

    /// Test and validation as fractions, and the rest.
    func twoParts(
        _ test: SplitRules.Part, _ validation: SplitRules.Part, from all: [Int]
    ) throws(DatasetError) -> (test: [Int], validation: [Int], train: [Int]) {
        var best: (test: [Int], validation: [Int], train: [Int])?
        var fewest = Int.max
        for attempt in 0..<(basis == .group ? SplitDraw.attempts : 1) {
            var rest = all
            let testPart = try take(test, as: "test", from: &rest, attempt: attempt, leaving: 2)
            let validationPart = try take(validation, as: "validation", from: &rest, attempt: attempt)
            let missing =
                missingClasses(rest) * 100 + missingClasses(testPart) + missingClasses(validationPart)
            if missing < fewest {
                fewest = missing
                best = (
                    testPart, withoutOverlaps(validationPart, into: testPart),
                    withoutOverlaps(rest, into: testPart + validationPart)
                )
            }
            if fewest == 0 { break }
        }
        return best ?? ([], [], all)
    }

    /// Removes a part from `rest` and returns it.
    ///
    /// - Parameter leaving: how many groups must be left.
    func take(
        _ part: SplitRules.Part, as name: String, from rest: inout [Int], attempt: UInt64 = 0,
        leaving: Int = 1
    ) throws(DatasetError) -> [Int] {
        let taken: [Int]
        switch part {
        case .official: taken = try official(name, rest)
        case .pattern(let pattern): taken = try matching(pattern, name, rest)
        case .after(let count):
            guard !dataset.places.isEmpty, count > 0 else {
                throw fault("\(name): its samples have no order in which \(count) could come first")
            }
            taken = rest.filter { Int(dataset.places[$0]) >= count }
            guard !taken.isEmpty else { throw fault("\(name): no group has more than \(count) rows") }
        case .fraction(let fraction):
            taken = try draw(fraction, name, from: rest, attempt: attempt, leaving: leaving)
        }
        let isTaken = Set(taken)
        rest.removeAll { isTaken.contains($0) }
        return taken
    }

    private func official(_ name: String, _ rest: [Int]) throws(DatasetError) -> [Int] {
        guard let part = name == "test" ? dataset.officialTest : dataset.officialValidation else {
            throw fault("has no official \(name) part; give \(name) as a fraction")
        }
        return rest.filter(part.contains)
    }

    private func matching(_ pattern: String, _ name: String, _ rest: [Int]) throws(DatasetError) -> [Int] {
        guard let glob = Glob(pattern) else { throw fault("\(name): '\(pattern)' is no file-name pattern") }
        guard !dataset.sampleNames.isEmpty else {
            throw fault("\(name): its samples have no names that a pattern could match")
        }
        let taken = rest.filter { index in
            let path = dataset.sampleNames[index]
            return glob.matches(path)
                || glob.matches(path.split(separator: "/").last.map(String.init) ?? path)
        }
        guard !taken.isEmpty else { throw fault("\(name): no file fits '\(pattern)'") }
        return taken
    }

    private func draw(
        _ fraction: Double, _ name: String, from rest: [Int], attempt: UInt64, leaving: Int
    ) throws(DatasetError) -> [Int] {
        guard fraction > 0, fraction < 1 else {
            throw fault("\(name) must be between 0 and 1, got \(fraction)")
        }
        guard !rest.isEmpty else { throw fault("\(name): the other parts take all samples") }
        let wanted = Int((fraction * Double(dataset.count)).rounded())
        guard wanted > 0, wanted < rest.count else {
            throw fault(
                "\(name) of \(fraction) asks for \(wanted) of \(rest.count) samples; give "
                    + (wanted > 0
                        ? "a smaller share" : "a larger share, more samples, or files of its own ({path: …})")
            )
        }
        let purpose: UInt64 = name == "test" ? 0 : 1
        switch basis {
        case .time:
            return dataset.hasOverlaps ? lastOfGroups(fraction, from: rest) : Array(rest.suffix(wanted))
        case .sample: return samples(wanted, from: rest, purpose: purpose, keepsOne: true).sorted()
        case .group: return try groups(wanted, name, from: rest, purpose, attempt: attempt, leaving: leaving)
        }
    }

    /// The last samples of each group (of all, where there are no groups), a fraction of all that it has.
    private func lastOfGroups(_ fraction: Double, from rest: [Int]) -> [Int] {
        let groups = dataset.groups
        func group(_ index: Int) -> Int { groups.isEmpty ? 0 : Int(groups[index]) }
        var sizes = [Int](repeating: 0, count: max(dataset.groupNames.count, 1))
        for index in 0..<dataset.count { sizes[group(index)] += 1 }
        var members = [[Int]](repeating: [], count: sizes.count)
        for index in rest { members[group(index)].append(index) }
        return members.enumerated().flatMap { group, indices in
            let ordered = indices.sorted { dataset.places[$0] < dataset.places[$1] }
            return ordered.suffix(Int((fraction * Double(sizes[group])).rounded()))
        }.sorted()
    }

    /// Samples of a part whose rows do not reach into those of later parts; all where parts hold whole groups.
    func withoutOverlaps(_ part: [Int], into later: [Int]) -> [Int] {
        guard basis != .sample, dataset.hasOverlaps, case .windows(let windows) = dataset.storage else {
            return part
        }
        // Of each row how many of the rows before it are shown by a later part.
        var (changes, shown) = ([Int](repeating: 0, count: windows.count + 1), [0])
        for index in later {
            changes[windows.range(index).lowerBound] += 1
            changes[windows.range(index).upperBound] -= 1
        }
        var open = 0
        for change in changes.dropLast() {
            open += change
            shown.append(shown[shown.count - 1] + (open > 0 ? 1 : 0))
        }
        return part.filter { index in
            let range = windows.range(index)
            return shown[range.upperBound] == shown[range.lowerBound]
        }
    }

    /// Whole groups in random order, at least one, until `wanted` samples are reached; the last group is taken where that
    /// comes nearer.
    private func groups(
        _ wanted: Int, _ name: String, from rest: [Int], _ purpose: UInt64, attempt: UInt64, leaving: Int
    ) throws(DatasetError) -> [Int] {
        guard !dataset.groups.isEmpty else { throw fault("its samples have no groups to split by") }
        var members: [Int32: [Int]] = [:]
        for index in rest { members[dataset.groups[index], default: []].append(index) }
        guard members.count > leaving else {
            throw fault(
                "\(members.count) groups cannot be divided: \(name) needs one, and \(leaving) must be left; "
                    + "split by sample or by time, or give more groups")
        }
        var random = RandomStream(seed: seed, .split, purpose, UInt64.max - attempt)
        var (taken, used): ([Int], Int) = ([], 0)
        for group in random.permutation(dataset.groupNames.count) {
            guard let samples = members[Int32(group)] else { continue }
            guard members.count - used > leaving else { break }
            let overshoot = taken.count + samples.count - wanted
            if used == 0 || overshoot <= 0 || overshoot < wanted - taken.count {
                taken += samples
                used += 1
            }
            if overshoot >= 0 { break }
        }
        return taken.sorted()
    }

    /// Random samples, from each class its share (largest remainders first).
    ///
    /// - Parameter keepsOne: at least one sample of each class is left.
    func samples(_ wanted: Int, from rest: [Int], purpose: UInt64, keepsOne: Bool = false) -> [Int] {
        let strata = dataset.strata
        var members = [[Int]](repeating: [], count: strata.count)
        for index in rest { members[Int(strata.indices[index])].append(index) }
        let shares = members.map { Double($0.count) * Double(wanted) / Double(max(rest.count, 1)) }
        let most = members.map { keepsOne ? max($0.count - 1, 0) : $0.count }
        var counts = shares.indices.map { min(Int(shares[$0]), most[$0]) }
        let byRemainder = shares.indices.sorted {
            let (a, b) = (shares[$0] - shares[$0].rounded(.down), shares[$1] - shares[$1].rounded(.down))
            return a != b ? a > b : $0 < $1
        }
        var missing = wanted - counts.reduce(0, +)
        while missing > 0, byRemainder.contains(where: { counts[$0] < most[$0] }) {
            for index in byRemainder where missing > 0 && counts[index] < most[index] {
                counts[index] += 1
                missing -= 1
            }
        }
        return members.indices.flatMap { index -> [Int] in
            var random = RandomStream(seed: seed, .split, purpose, UInt64(index))
            return random.permutation(members[index].count).prefix(counts[index]).map { members[index][$0] }
        }
    }

    /// Classes of the data set that a part has no sample of.
    private func missingClasses(_ part: [Int]) -> Int {
        guard !dataset.classNames.isEmpty else { return 0 }
        let labels = dataset.labels
        let present = Set(part.lazy.map { labels[$0] })
        return dataset.classCounts.indices.count {
            dataset.classCounts[$0] > 0 && !present.contains(Int32($0))
        }
    }

    /// Every class that has samples must be learned.
    func checkClasses(train: [Int]) throws(DatasetError) {
        let labels = dataset.labels
        let trained = labels.isEmpty ? [] : Set(train.lazy.map { labels[$0] })
        for (index, name) in dataset.classNames.enumerated()
        where dataset.classCounts[index] > 0 && !trained.contains(Int32(index)) {
            throw fault("no sample of class '\(name)' is left to train on")
        }
    }
}
