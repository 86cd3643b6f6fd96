/// A binary tree that gives some numbers for a row of a table.
struct DecisionTree: Hashable, Sendable {
    private struct Node: Hashable {
        /// The column that is compared; −1 in a leaf.
        var column: Int32 = -1
        /// Rows whose number is not above this go left.
        var threshold: Float = 0
        /// The left one of the node's two children, which follow each other; of a leaf, where its numbers begin.
        var place: Int32 = 0
    }

    private var nodes = [Node()]
    /// The numbers of all leaves, one leaf after another.
    private var values: [Float] = []

    /// Turns a leaf into a node with two leaves and returns the left one.
    mutating func split(_ leaf: Int, column: Int, threshold: Float) -> Int {
        let left = nodes.count
        nodes[leaf] = Node(column: Int32(column), threshold: threshold, place: Int32(left))
        nodes += [Node(), Node()]
        return left
    }

    /// Gives a leaf its numbers.
    mutating func set(_ leaf: Int, to numbers: [Float]) {
        nodes[leaf].place = Int32(values.count)
        values += numbers
    }

    /// Adds the tree's numbers for each row, times a factor, to `sums`, which holds as many for each row as a leaf has.
    func add(
        _ factor: Float, for rows: Span<Float>, columns: Int, to sums: inout MutableSpan<Float>
    ) {
        let count = rows.count / columns
        let outputs = sums.count / max(count, 1)
        for row in 0..<count {
            var node = nodes[0]
            while node.column >= 0 {
                let isRight = rows[row * columns + Int(node.column)] > node.threshold
                node = nodes[Int(node.place) + (isRight ? 1 : 0)]
            }
            for output in 0..<outputs {
                sums[row * outputs + output] += factor * values[Int(node.place) + output]
            }
        }
    }
}
