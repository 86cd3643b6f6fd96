import Determinism

/// Grows one tree that lowers a loss given by the first and second derivatives of each row's outputs.
///
/// A leaf gives −G / (H + `penalty`) for the sums G and H of its rows; a split is chosen by how much the squares G² / (H + `penalty`)
/// of both sides exceed those of the whole (Friedman 2001, Chen and Guestrin 2016), summed over outputs, of which all share a tree.
struct TreeGrower {
    /// How a node finds its split.
    enum Search { case best, random }

    let table: BinnedTable
    let outputs: Int
    let search: Search
    /// Leaves at most; those that gain most are split first.
    let mostLeaves: Int
    /// Rows that a leaf has at least.
    let leastRows: Int
    /// Columns that a node looks at, drawn anew for each.
    let columnsEach: Int
    let penalty: Float

    /// A part of the rows that is not yet a node or a leaf for good.
    private struct Part {
        let leaf: Int
        let rows: Range<Int>
        let sums: [Float]
        let split: Split?
    }

    private struct Split {
        let column: Int
        /// Rows in bins up to this go left.
        let bin: Int
        let gain: Float
    }

    /// - Parameters:
    ///   - rows: those the tree learns from, each once.
    ///   - gradients, curvatures: derivatives of the loss for each output of each row of the table; curvatures are not negative.
    func grow(
        on rows: [Int], gradients: [Float], curvatures: [Float], using random: inout RandomStream
    ) -> DecisionTree {
        var tree = DecisionTree()
        var order = rows
        var open = [part(0, 0..<rows.count, order, gradients, curvatures, &random)]
        var leaves = 1
        var closed: [Part] = []
        while let next = place(ofNext: open) {
            let part = open.remove(at: next)
            guard leaves < mostLeaves, let split = part.split else {
                closed.append(part)
                continue
            }
            let middle = divide(&order, part.rows, split)
            let left = tree.split(
                part.leaf, column: split.column, threshold: table.edges[split.column][split.bin])
            open.append(self.part(left, part.rows.lowerBound..<middle, order, gradients, curvatures, &random))
            open.append(
                self.part(left + 1, middle..<part.rows.upperBound, order, gradients, curvatures, &random))
            leaves += 1
        }
        for part in closed {
            tree.set(
                part.leaf,
                to: (0..<outputs).map { -part.sums[$0] / (part.sums[outputs + $0] + penalty) })
        }
        return tree
    }

    /// The part that gains most; the last one where there are leaves enough for all.
    private func place(ofNext open: [Part]) -> Int? {
        guard mostLeaves < table.rows else { return open.indices.last }
        return open.indices.max { (open[$0].split?.gain ?? 0) < (open[$1].split?.gain ?? 0) }
    }

    private func part(
        _ leaf: Int, _ range: Range<Int>, _ order: [Int], _ gradients: [Float], _ curvatures: [Float],
        _ random: inout RandomStream
    ) -> Part {
        var sums = [Float](repeating: 0, count: 2 * outputs)
        for row in order[range] {
            for output in 0..<outputs {
                sums[output] += gradients[row * outputs + output]
                sums[outputs + output] += curvatures[row * outputs + output]
            }
        }
        guard range.count >= 2 * leastRows else {
            return Part(leaf: leaf, rows: range, sums: sums, split: nil)
        }
        var best: Split?
        var columns = Array(0..<table.columns)
        var looked = 0
        // Columns that are constant here do not count.
        for place in columns.indices where looked < columnsEach {
            columns.swapAt(place, place + random.index(below: columns.count - place))
            let column = columns[place]
            guard table.edges[column].count > 0 else { continue }
            let found =
                switch search {
                case .best: bestSplit(column, order[range], sums, gradients, curvatures)
                case .random: randomSplit(column, order[range], sums, gradients, curvatures, &random)
                }
            guard let found else { continue }
            looked += 1
            if found.gain > best?.gain ?? 1e-6 { best = found }
        }
        return Part(leaf: leaf, rows: range, sums: sums, split: best)
    }

    /// Rows of the left side come first; returns where the right side begins.
    private func divide(_ order: inout [Int], _ range: Range<Int>, _ split: Split) -> Int {
        let start = split.column * table.rows
        let left = order[range].filter { Int(table.codes[start + $0]) <= split.bin }
        let right = order[range].filter { Int(table.codes[start + $0]) > split.bin }
        order.replaceSubrange(range, with: left + right)
        return range.lowerBound + left.count
    }

    private func score(_ sums: [Float], minus left: [Float]?) -> Float {
        var score: Float = 0
        for output in 0..<outputs {
            let gradient = sums[output] - (left?[output] ?? 0)
            let curvature = sums[outputs + output] - (left?[outputs + output] ?? 0)
            score += gradient * gradient / (max(curvature, 0) + penalty)
        }
        return score
    }

    /// Nil where all rows have the same number.
    private func bestSplit(
        _ column: Int, _ rows: ArraySlice<Int>, _ sums: [Float], _ gradients: [Float], _ curvatures: [Float]
    ) -> Split? {
        let bins = table.edges[column].count + 1
        let width = 2 * outputs
        var counts = [Int](repeating: 0, count: bins)
        var binned = [Float](repeating: 0, count: bins * width)
        let start = column * table.rows
        for row in rows {
            let bin = Int(table.codes[start + row])
            counts[bin] += 1
            for output in 0..<outputs {
                binned[bin * width + output] += gradients[row * outputs + output]
                binned[bin * width + outputs + output] += curvatures[row * outputs + output]
            }
        }
        let whole = score(sums, minus: nil)
        var left = [Float](repeating: 0, count: width)
        var count = 0
        var best: Split?
        var isVaried = false
        for bin in 0..<bins - 1 {
            guard counts[bin] > 0 else { continue }
            count += counts[bin]
            for place in 0..<width { left[place] += binned[bin * width + place] }
            guard count < rows.count else { break }
            isVaried = true
            guard count >= leastRows, rows.count - count >= leastRows else { continue }
            let gain = score(left, minus: nil) + score(sums, minus: left) - whole
            if gain > best?.gain ?? -.infinity { best = Split(column: column, bin: bin, gain: gain) }
        }
        return best ?? (isVaried ? Split(column: column, bin: 0, gain: 0) : nil)
    }

    /// A split at random between the smallest and the largest number of the rows (Geurts, Ernst and Wehenkel 2006).
    private func randomSplit(
        _ column: Int, _ rows: ArraySlice<Int>, _ sums: [Float], _ gradients: [Float], _ curvatures: [Float],
        _ random: inout RandomStream
    ) -> Split? {
        let start = column * table.rows
        var (low, high) = (UInt8.max, UInt8.min)
        for row in rows {
            low = min(low, table.codes[start + row])
            high = max(high, table.codes[start + row])
        }
        guard low < high else { return nil }
        let bin = Int(low) + random.index(below: Int(high - low))
        var left = [Float](repeating: 0, count: 2 * outputs)
        var count = 0
        for row in rows where Int(table.codes[start + row]) <= bin {
            count += 1
            for output in 0..<outputs {
                left[output] += gradients[row * outputs + output]
                left[outputs + output] += curvatures[row * outputs + output]
            }
        }
        guard count >= leastRows, rows.count - count >= leastRows else {
            return Split(column: column, bin: bin, gain: 0)
        }
        let gain = score(left, minus: nil) + score(sums, minus: left) - score(sums, minus: nil)
        return Split(column: column, bin: bin, gain: gain)
    }
}
