/// The classes of rows in the order of a table, for each group: whether they come in runs, as those of recorded signals do.
struct LabelRuns {
    /// Of each group the classes of its rows.
    private let groups: [[String]]

    init(_ groups: [[String]]) { self.groups = groups.filter { !$0.isEmpty } }

    /// Groups of a column; nil where it tells none.
    ///
    /// It does where its values follow one another in the table, and where several rows are of the same time but not two of
    /// one value: machines that were recorded at once.
    ///
    /// - Parameters:
    ///   - names: the group of each row.
    ///   - labels: the class of each row.
    ///   - order: the rows in the order of their times.
    ///   - times: the time of each row; nil where it is unknown.
    init?(names: [String], labels: [String], order: [Int], times: [String]? = nil) {
        let isInterleaved = zip(names, names.dropFirst()).count { $0 != $1 } >= Set(names).count
        if isInterleaved {
            guard let times, Set(times).count < times.count,
                Set(zip(names, times).map { [$0, $1] }).count == times.count
            else { return nil }
        }
        var groups: [[String]] = []
        var places: [String: Int] = [:]
        for row in order {
            let place = places[names[row]] ?? groups.count
            if place == groups.count {
                places[names[row]] = place
                groups.append([])
            }
            groups[place].append(labels[row])
        }
        // What is the class under another name tells no machines.
        guard !isInterleaved || groups.contains(where: { Set($0).count > 1 }) else { return nil }
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
