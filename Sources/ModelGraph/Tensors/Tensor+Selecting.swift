extension Tensor {
    /// The slices at these indices along one axis, in their order; unknown and repeated tensors only change shape.
    public func selecting(_ indices: [Int], axis: Int) -> Tensor {
        let extent = shape[axis]
        precondition(
            indices.allSatisfy { $0 >= 0 && $0 < extent }, "selecting: an index lies outside axis \(axis)")
        let result = shape.replacing(axis, with: indices.count)
        let inner = Shape(Array(shape.dimensions[(axis + 1)...])).elementCount
        let outer = Shape(Array(shape.dimensions[..<axis])).elementCount
        func select<Element>(_ elements: [Element]) -> [Element] {
            var kept: [Element] = []
            kept.reserveCapacity(result.elementCount)
            for block in 0..<outer {
                for index in indices {
                    let start = (block * extent + index) * inner
                    kept += elements[start..<start + inner]
                }
            }
            return kept
        }
        switch storage {
        case .float32(let values): return Tensor(result, .float32(select(values)))
        case .float16(let values): return Tensor(result, .float16(select(values)))
        case .bfloat16(let values): return Tensor(result, .bfloat16(select(values)))
        case .int8(let values): return Tensor(result, .int8(select(values)))
        case .uint8(let values): return Tensor(result, .uint8(select(values)))
        case .int16(let values): return Tensor(result, .int16(select(values)))
        case .int32(let values): return Tensor(result, .int32(select(values)))
        case .int64(let values): return Tensor(result, .int64(select(values)))
        case .bool(let values): return Tensor(result, .bool(select(values)))
        case .binary:
            let values = select(floats ?? [])
            return Tensor(result, .binary(Tensor.packed(values, rowLength: result.dimensions.last ?? 0)))
        case .repeated(let value, let dataType): return Tensor(result, .repeated(value, dataType))
        case .unknown(let dataType): return Tensor(result, .unknown(dataType))
        }
    }

    /// Binary values (the signs of numbers) as bits, rows padded to whole bytes, least significant bit first; zero counts as positive.
    public static func packed(_ values: [Float], rowLength: Int) -> [UInt8] {
        guard rowLength > 0 else { return [] }
        let rowBytes = (rowLength + 7) / 8
        var bytes = [UInt8](repeating: 0, count: values.count / rowLength * rowBytes)
        for (index, value) in values.enumerated() where value >= 0 {
            let (row, column) = index.quotientAndRemainder(dividingBy: rowLength)
            bytes[row * rowBytes + column / 8] |= 1 << UInt8(column % 8)
        }
        return bytes
    }
}
