/// The classes of rows in the order of a table, for each group: whether they come in runs, as those of recorded signals do.
struct LabelRuns {
    /// Of each group the classes of its rows.
    private let groups: [[String]]

    init(_ groups: [[String]]) { self.groups = groups.filter { !$0.isEmpty } }

    /// Groups that follow one another in a column: nil where a value comes back after others.
    ///
    /// - Parameters:
    ///   - names: the group of each row.
    ///   - labels: the class of each row.
    init?(names: [String], labels: [String]) {
        var groups: [[String]] = []
        var seen: Set<String> = []
        for (row, (name, label)) in zip(names, labels).enumerated() {
            if row == 0 || names[row - 1] != name {
                guard seen.insert(name).inserted else { return nil }
                groups.append([])
            }
            groups[groups.count - 1].append(label)
        }
        self.init(groups)
    }

    /// Whether rows are parts of longer signals: at least three groups of 32 rows on average, whose class changes less than a
    /// fourth as often as that of rows in any order would.
    var areSignals: Bool {
        let count = groups.reduce(0) { $0 + $1.count }
        guard groups.count >= 3, count >= 32 * groups.count else { return false }
        var shares: [String: Double] = [:]
        for label in groups.joined() { shares[label, default: 0] += 1 / Double(count) }
        let agreement = shares.values.sorted().reduce(0) { $0 + $1 * $1 }
        let changes = Double(runs.count - groups.count)
        return shares.count > 1 && 4 * changes < (1 - agreement) * Double(count)
    }

    /// How long a window is: the power of two below the median run of a class, 8 to 128 rows.
    var windowLength: Int {
        let lengths = runs.sorted()
        let median = lengths.isEmpty ? 8 : lengths[lengths.count / 2]
        return [128, 64, 32, 16].first { $0 <= median } ?? 8
    }

    /// Lengths of the runs of one class.
    private var runs: [Int] {
        groups.flatMap { labels -> [Int] in
            var lengths = [1]
            for (label, next) in zip(labels, labels.dropFirst()) {
                if label == next { lengths[lengths.count - 1] += 1 } else { lengths.append(1) }
            }
            return lengths
        }
    }
}
