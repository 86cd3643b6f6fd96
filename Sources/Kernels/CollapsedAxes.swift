import CKernels

/// The most axes a kernel walks after neighbouring ones were merged.
public let maximumRank = 8

/// Axes of several operands with what is superfluous removed: extents of 1, and neighbours that every operand walks as one.
public struct CollapsedAxes: Sendable {
    /// Extents of the axes that are left, outermost first, at least one.
    public private(set) var sizes: [Int] = []
    /// For each operand, elements between neighbours along each axis.
    public private(set) var steps: [[Int]]

    /// Precondition: one step an axis for every operand.
    public init(_ shape: [Int], _ operands: [[Int]]) {
        precondition(operands.allSatisfy { $0.count == shape.count }, "CollapsedAxes: one step an axis")
        steps = operands.map { _ in [] }
        for axis in shape.indices where shape[axis] != 1 {
            if let last = sizes.indices.last,
                operands.indices.allSatisfy({ steps[$0][last] == operands[$0][axis] * shape[axis] })
            {
                sizes[last] *= shape[axis]
                for operand in operands.indices { steps[operand][last] = operands[operand][axis] }
            } else {
                sizes.append(shape[axis])
                for operand in operands.indices { steps[operand].append(operands[operand][axis]) }
            }
        }
        if sizes.isEmpty {
            sizes = [1]
            for operand in operands.indices { steps[operand] = [0] }
        }
    }

    /// The largest offset an operand with non-negative steps reaches.
    func reach(_ operand: Int) -> Int {
        zip(sizes, steps[operand]).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    }
}

extension sk_axes {
    /// The axes of the first operand.
    init(_ axes: CollapsedAxes) {
        self.init()
        rank = Int32(axes.sizes.count)
        size = eight(axes.sizes)
        step = eight(axes.steps[0])
    }
}

/// A C array of eight, filled with ones.
func eight(_ values: [Int]) -> (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64) {
    precondition(values.count <= maximumRank, "too many axes for a kernel")
    func at(_ index: Int) -> Int64 { index < values.count ? Int64(values[index]) : 1 }
    return (at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7))
}
