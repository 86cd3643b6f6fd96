import ModelGraph

/// The extents of a graph's values, some of which may be open, without the graph.
struct OpenExtents: Sendable {
    /// Of all values in turn: an extent, or −1 − the place of an open one.
    private let codes: [Int]
    /// Where the extents of each value end.
    private let ends: [Int]

    /// Those of a graph, none of them open.
    init(_ graph: Graph) {
        var end = 0
        ends = graph.values.map { value in
            end += value.type.shape.rank
            return end
        }
        codes = graph.values.flatMap(\.type.shape.dimensions)
    }

    /// Those of a graph in which `marks` stand for open extents, each with its place; nil where another extent than these and
    /// `literals` is larger than any kernel, so that it may follow from them.
    init?(_ graph: Graph, marks: [Int: Int], literals: Set<Int>) {
        let whole = OpenExtents(graph)
        for code in whole.codes where code > OpenExtents.largestKernel {
            guard marks[code] != nil || literals.contains(code) else { return nil }
        }
        ends = whole.ends
        codes = whole.codes.map { code in marks[code].map { -1 - $0 } ?? code }
    }

    /// Windows of more rows or columns than this are taken for extents that nobody marked.
    static let largestKernel = 16

    /// The extents where the open ones are these.
    func closed(_ open: [Int]) -> ValueExtents {
        let extents = codes.map { $0 < 0 ? open[-1 - $0] : $0 }
        var begin = 0
        let counts = ends.map { end in
            var count = 1
            while begin < end {
                count = count.multipliedSaturated(by: extents[begin])
                begin += 1
            }
            return count
        }
        return ValueExtents(open: open, extents: extents, ends: ends, counts: counts)
    }
}

/// The extents of a graph's values.
struct ValueExtents: Sendable {
    /// The open ones among them.
    fileprivate let open: [Int]
    fileprivate let extents: [Int]
    fileprivate let ends: [Int]
    fileprivate let counts: [Int]

    /// How many elements a value has; `Int.max` where that overflows.
    func count(_ value: ValueID) -> Int { counts[value.index] }

    /// The extents of one value, outermost first.
    func shape(_ value: ValueID) -> ArraySlice<Int> {
        extents[(value.index > 0 ? ends[value.index - 1] : 0)..<ends[value.index]]
    }

    /// The extent along an axis of NHWC, 1 where the value has fewer axes.
    func extent(_ value: ValueID, _ axis: Int) -> Int {
        let shape = shape(value)
        return shape.count == 4 ? shape[shape.startIndex + axis] : 1
    }

    /// A number that may be one of the open extents: itself, or −1 − the place of one.
    func number(_ code: Int) -> Int { code < 0 ? open[-1 - code] : code }
}
