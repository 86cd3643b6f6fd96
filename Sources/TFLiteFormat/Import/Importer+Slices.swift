import ModelGraph

extension Importer {
    mutating func importSlice(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let (starts, given) = (try integers(try call.input(1)), try integers(try call.input(2)))
        guard starts.count == shape.rank, given.count == shape.rank,
            zip(starts, shape.dimensions).allSatisfy({ 0 <= $0 && $0 <= $1 })
        else { throw unsupported("a slice from \(starts) of size \(given) does not fit \(shape)") }
        let sizes = (0..<shape.rank).map { given[$0] == -1 ? shape[$0] - starts[$0] : given[$0] }
        try finishKeepingScale(call, .slice(Slicing(starts: starts, sizes: sizes)), input)
    }

    mutating func importStridedSlice(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let range = try StridedRange(
            call, extents: shape.dimensions, begin: try integers(try call.input(1)),
            end: try integers(try call.input(2)), strides: try integers(try call.input(3)), importer: self)
        let slicing = Slicing(starts: range.starts, sizes: range.sizes, strides: range.strides)
        guard !range.dropped.isEmpty else { return try finishKeepingScale(call, .slice(slicing), input) }
        let output = try call.output()
        let name = resultName(of: output)
        let part = try emit(.slice(slicing), [input], as: "\(name):kept")
        let kept = (0..<shape.rank).filter { !range.dropped.contains($0) }.map { range.sizes[$0] }
        try set(output, to: reshape(part, to: kept, as: name))
    }

    /// SPLIT cuts into equal parts, SPLIT_V into the sizes of operand 1.
    mutating func importSplit(_ call: OperatorCall, value: Int, axis: Int) throws(TFLiteError) {
        let input = try operand(try call.input(value))
        let shape = builder.shape(of: input)
        let axes = try normalized(try integers(try call.input(axis)), rank: shape.rank)
        guard axes.count == 1, !call.outputs.isEmpty else { throw unsupported("needs one axis and a result") }
        let sizes = try partSizes(call, extent: shape[axes[0]])
        var start = 0
        for (part, output) in call.outputs.enumerated() {
            let slicing = Slicing(
                starts: (0..<shape.rank).map { $0 == axes[0] ? start : 0 },
                sizes: shape.replacing(axes[0], with: sizes[part]).dimensions)
            try set(output, to: emit(.slice(slicing), [input], as: resultName(of: output)))
            start += sizes[part]
        }
    }

    private mutating func partSizes(_ call: OperatorCall, extent: Int) throws(TFLiteError) -> [Int] {
        let count = call.outputs.count
        guard call.builtin == .splitV else {
            guard extent % count == 0 else {
                throw unsupported("\(extent) does not split into \(count) equal parts")
            }
            return [Int](repeating: extent / count, count: count)
        }
        var sizes = try integers(try call.input(1))
        let known = sizes.filter { $0 >= 0 && $0 <= extent }.reduce(0, +)
        if let open = sizes.firstIndex(of: -1) { sizes[open] = extent - known }
        guard sizes.count == count, sizes.allSatisfy({ 0 <= $0 && $0 <= extent }),
            sizes.reduce(0, +) == extent
        else {
            throw unsupported("\(extent) does not split into parts of \(sizes)")
        }
        return sizes
    }

    /// UNPACK cuts along an axis that its parts no longer have.
    mutating func importUnpack(_ call: OperatorCall) throws(TFLiteError) {
        let input = try operand(try call.input(0))
        let shape = builder.shape(of: input)
        let axis = try normalized([try call.int(Schema.Unpack.axis)], rank: shape.rank)[0]
        guard call.outputs.count == shape[axis] else {
            throw unsupported("\(call.outputs.count) results for an extent of \(shape[axis])")
        }
        var rest = shape.dimensions
        rest.remove(at: axis)
        for (part, output) in call.outputs.enumerated() {
            let name = resultName(of: output)
            let slicing = Slicing(
                starts: (0..<shape.rank).map { $0 == axis ? part : 0 },
                sizes: shape.replacing(axis, with: 1).dimensions)
            let slice = try emit(.slice(slicing), [input], as: "\(name):kept")
            try set(output, to: reshape(slice, to: rest, as: name))
        }
    }
}

/// What begin, end and stride of a STRIDED_SLICE select, with its masks applied.
struct StridedRange {
    var starts: [Int] = []
    var sizes: [Int] = []
    var strides: [Int]
    /// The axes that the result no longer has.
    var dropped: [Int] = []

    init(
        _ call: OperatorCall, extents: [Int], begin: [Int], end: [Int], strides given: [Int],
        importer: Importer
    ) throws(TFLiteError) {
        typealias Field = Schema.StridedSlice
        let (newAxis, ellipsis) = (try call.int(Field.newAxis), try call.int(Field.ellipsis))
        guard newAxis == 0, ellipsis == 0, !(try call.bool(Field.offset)) else {
            throw importer.unsupported("new axes, ellipses and ends given as offsets are not supported")
        }
        let rank = extents.count
        guard begin.count == end.count, end.count == given.count, begin.count <= rank, rank <= 32,
            (begin + end).allSatisfy({ abs($0) < 1 << 40 }),
            given.allSatisfy({ $0 != 0 && abs($0) < 1 << 31 })
        else {
            throw importer.unsupported("from \(begin) to \(end) by \(given) does not fit \(Shape(extents))")
        }
        let masks = (
            try call.int(Field.begin), try call.int(Field.end), try call.int(Field.shrinkAxis)
        )
        strides = given + [Int](repeating: 1, count: rank - given.count)
        for axis in 0..<rank {
            let (extent, stride) = (extents[axis], strides[axis])
            let isGiven = axis < begin.count
            let shrinks = isGiven && masks.2 >> axis & 1 == 1
            let limits = stride > 0 ? 0...extent : -1...max(extent - 1, -1)
            func clamped(_ value: Int) -> Int {
                min(max(value < 0 ? value + extent : value, limits.lowerBound), limits.upperBound)
            }
            let first = stride > 0 ? 0 : extent - 1
            let start = !isGiven || masks.0 >> axis & 1 == 1 ? first : clamped(begin[axis])
            if shrinks {
                guard start >= 0, start < extent else {
                    throw importer.unsupported("index \(begin[axis]) lies outside extent \(extent)")
                }
                dropped.append(axis)
                strides[axis] = 1
                starts.append(start)
                sizes.append(1)
                continue
            }
            let last = stride > 0 ? extent : -1
            let stop = !isGiven || masks.1 >> axis & 1 == 1 ? last : clamped(end[axis])
            let distance = stride > 0 ? stop - start : start - stop
            let size = max(0, (distance + abs(stride) - 1) / abs(stride))
            starts.append(size == 0 ? 0 : start)
            sizes.append(size)
        }
    }
}
