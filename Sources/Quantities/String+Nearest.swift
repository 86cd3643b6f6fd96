extension String {
    /// The name that this one is most likely a slip of; nil where none is near.
    ///
    /// Near is a name with at most a third of its characters (at least two) inserted, left out, replaced or swapped with
    /// their neighbour; or one that begins like this one.
    public func nearest(among names: [String]) -> String? {
        let distances = names.map { (name: $0, distance: Array(self).distance(to: Array($0))) }
        let closest = distances.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        if let closest, closest.distance <= max(2, closest.name.count / 3), closest.distance < count {
            return closest.name
        }
        return count > 2 ? names.first { $0.hasPrefix(self) } : nil
    }
}

extension [Character] {
    /// Insertions, deletions, replacements and swaps of neighbours that lead to another text (optimal string alignment).
    fileprivate func distance(to other: [Character]) -> Int {
        var rows = [Array<Int>(0...other.count)]
        for (row, character) in enumerated() {
            var next = [row + 1]
            for (column, candidate) in other.enumerated() {
                var least = Swift.min(
                    rows[row][column + 1] + 1, next[column] + 1,
                    rows[row][column] + (character == candidate ? 0 : 1))
                if row > 0, column > 0, character == other[column - 1], self[row - 1] == candidate {
                    least = Swift.min(least, rows[row - 1][column - 1] + 1)
                }
                next.append(least)
            }
            rows.append(next)
        }
        return rows[count][other.count]
    }
}
