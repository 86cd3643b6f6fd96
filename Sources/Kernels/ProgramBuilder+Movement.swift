import CKernels

/// Which input element each output position along one axis takes, as an offset in elements; nil takes the fill value.
public typealias AxisOffsets = [Int?]

extension ProgramBuilder {
    /// y[i₀, i₁, …] = x[o₀[i₀] + o₁[i₁] + …]: slices, transposes, pads, broadcasts and resizes by gathering.
    ///
    /// - Parameters:
    ///   - offsets: for each axis of the result.
    ///   - bytes: of one element: 1, 2, 4 or 8.
    ///   - fill: the bit pattern used where an offset is nil.
    ///   - place: the first element of y and its steps; a concatenation writes into a part of its result.
    public mutating func gather(
        _ x: Buffer, offsets: [AxisOffsets], elementBytes bytes: Int, fill: UInt64 = 0,
        place: (start: Int, steps: [Int]), into y: Buffer
    ) {
        precondition(
            offsets.count == place.steps.count && offsets.count <= maximumRank, "gather: too many axes")
        precondition([1, 2, 4, 8].contains(bytes), "gather: elements of \(bytes) bytes")
        let offsets = offsets.isEmpty ? [[0]] : offsets, steps = place.steps.isEmpty ? [0] : place.steps
        let count = offsets.reduce(1) { $0 * $1.count }
        guard count > 0 else { return }
        let known = offsets.map { $0.compactMap { $0 } }
        if known.allSatisfy({ !$0.isEmpty }) {
            let lowest = known.reduce(0) { $0 + ($1.min() ?? 0) },
                highest = known.reduce(0) { $0 + ($1.max() ?? 0) }
            precondition(lowest >= 0, "gather: reads before its input")
            require(x, holds: highest + 1, of: bytes, in: "gather")
        }
        let end = zip(offsets, steps).reduce(place.start) { $0 + ($1.0.count - 1) * $1.1 }
        require(y, holds: end + 1, of: bytes, in: "gather")
        var parameters = sk_gather()
        parameters.rank = Int32(offsets.count)
        parameters.element_bytes = Int32(bytes)
        parameters.size = eight(offsets.map(\.count))
        parameters.y_step = eight(steps)
        parameters.y_offset = Int64(place.start)
        parameters.fill = fill
        parameters.contiguous = Int64(contiguousRun(offsets[offsets.count - 1], step: steps[steps.count - 1]))
        withUnsafeMutableBytes(of: &parameters.offset) { raw in
            // SAFETY: the field is a C array of SK_MAX_RANK pointers.
            let tables = raw.bindMemory(to: UnsafePointer<Int64>?.self)
            for (axis, table) in offsets.enumerated() {
                tables[axis] = UnsafePointer(pool.store(table.map { Int64($0 ?? .missing) }))
            }
        }
        emit("gather", table.gather, a: x, y: y, parameters, work: Double(count))
    }

    /// Exchanges rows and columns of `outer` matrices that follow each other: [outer, rows, columns] to [outer, columns, rows].
    public mutating func transpose(
        _ x: Buffer, outer: Int, rows: Int, columns: Int, elementBytes bytes: Int, into y: Buffer
    ) {
        precondition([1, 2, 4, 8].contains(bytes), "transpose: elements of \(bytes) bytes")
        let count = outer * rows * columns
        require(x, holds: count, of: bytes, in: "transpose")
        require(y, holds: count, of: bytes, in: "transpose")
        let parameters = sk_transpose(
            outer: Int64(outer), rows: Int64(rows), columns: Int64(columns), element_bytes: Int32(bytes))
        emit("transpose", table.transpose, a: x, y: y, parameters, work: Double(count))
    }

    /// The innermost axis' length if it is copied as one run, else 0.
    private func contiguousRun(_ offsets: AxisOffsets, step: Int) -> Int {
        guard step == 1, let first = offsets[0] else {
            return offsets.count == 1 && offsets[0] != nil ? 1 : 0
        }
        return offsets.indices.allSatisfy { offsets[$0] == first + $0 } ? offsets.count : 0
    }

    /// Bilinear resizing of NHWC float32: each output row and column blends two inputs, the second with the given weight.
    public mutating func linearResize(
        _ x: Buffer, _ shape: WindowShape, rows: [(first: Int, second: Int, weight: Float)],
        columns: [(first: Int, second: Int, weight: Float)], into y: Buffer
    ) {
        precondition(
            rows.count == shape.outputHeight && columns.count == shape.outputWidth, "resize: one blend a row")
        precondition(
            rows.allSatisfy {
                (0..<shape.inputHeight).contains($0.first) && (0..<shape.inputHeight).contains($0.second)
            }
                && columns.allSatisfy {
                    (0..<shape.inputWidth).contains($0.first) && (0..<shape.inputWidth).contains($0.second)
                }, "resize: reads outside its input")
        require(x, holds: shape.inputCount, of: 4, in: "resize")
        require(y, holds: shape.outputCount, of: 4, in: "resize")
        var parameters = sk_linear()
        parameters.images = Int32(shape.images)
        parameters.in_height = Int32(shape.inputHeight)
        parameters.in_width = Int32(shape.inputWidth)
        parameters.out_height = Int32(shape.outputHeight)
        parameters.out_width = Int32(shape.outputWidth)
        parameters.channels = Int32(shape.inputChannels)
        parameters.y0 = UnsafePointer(pool.store(rows.map { Int32($0.first) }))
        parameters.y1 = UnsafePointer(pool.store(rows.map { Int32($0.second) }))
        parameters.x0 = UnsafePointer(pool.store(columns.map { Int32($0.first) }))
        parameters.x1 = UnsafePointer(pool.store(columns.map { Int32($0.second) }))
        parameters.y_weight = UnsafePointer(pool.store(rows.map(\.weight)))
        parameters.x_weight = UnsafePointer(pool.store(columns.map(\.weight)))
        emit("resize", table.linear_f32, a: x, y: y, parameters, work: Double(shape.outputCount) * 4)
    }
}

extension Int {
    /// Negative enough that no sum of other axes' offsets makes it look present.
    fileprivate static let missing = -(1 << 48)
}
