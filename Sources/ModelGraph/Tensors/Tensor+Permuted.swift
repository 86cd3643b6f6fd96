extension Tensor {
    /// Whether every element is one stored number.
    package var isRepeated: Bool { if case .repeated = storage { true } else { false } }

    /// The same elements in another shape of equal count.
    package func reshaped(_ dimensions: [Int]) -> Tensor { Tensor(Shape(dimensions), storage) }

    /// The tensor whose axis i is this one's axis `order[i]`.
    package func permuted(_ order: [Int]) -> Tensor {
        let dimensions = order.map { shape[$0] }
        if isRepeated || shape.elementCount == 0 || !Permutation(order).moves(shape) {
            return reshaped(dimensions)
        }
        let strides = shape.strides
        return gathered(Shape(dimensions), strides: order.map { strides[$0] })
    }

    /// Elements at `offset + Σ index[i] · strides[i]` for every index of `shape`.
    package func gathered(_ shape: Shape, offset: Int = 0, strides: [Int]) -> Tensor {
        switch storage {
        case .repeated, .unknown, .binary: return reshaped(shape.dimensions)
        case .float32, .float16, .bfloat16, .int8, .uint8, .int16, .int32, .int64, .bool: break
        }
        let positions = Tensor.positions(shape.dimensions, offset: offset, strides: strides)
        return Tensor(shape, storage.picking(positions))
    }

    /// Row-major enumeration of offsets for strided access.
    package static func positions(_ dimensions: [Int], offset: Int, strides: [Int]) -> [Int] {
        guard dimensions.allSatisfy({ $0 > 0 }) else { return [] }
        var positions = [offset]
        for (extent, stride) in zip(dimensions, strides) {
            var next: [Int] = []
            next.reserveCapacity(positions.count * extent)
            for position in positions {
                for index in 0..<extent { next.append(position &+ index &* stride) }
            }
            positions = next
        }
        return positions
    }
}

extension Tensor.Storage {
    /// The elements at these places; only for storage that holds elements.
    package func picking(_ positions: [Int]) -> Tensor.Storage {
        switch self {
        case .float32(let values): .float32(positions.map { values[$0] })
        case .float16(let values): .float16(positions.map { values[$0] })
        case .bfloat16(let values): .bfloat16(positions.map { values[$0] })
        case .int8(let values): .int8(positions.map { values[$0] })
        case .uint8(let values): .uint8(positions.map { values[$0] })
        case .int16(let values): .int16(positions.map { values[$0] })
        case .int32(let values): .int32(positions.map { values[$0] })
        case .int64(let values): .int64(positions.map { values[$0] })
        case .bool(let values): .bool(positions.map { values[$0] })
        case .binary, .repeated, .unknown: self
        }
    }
}
