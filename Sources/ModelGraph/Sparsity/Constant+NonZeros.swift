extension Constant {
    /// The elements as a packed model holds sparse ones: a bit for each, then those whose bit is set; nil where that is not
    /// smaller, or where more elements are non-zero than the constant is marked with.
    ///
    /// Exactly as many elements are kept as the mark says, zeros among them if need be, so that the bytes are `sparseBytes`.
    var packedNonZeros: [UInt8]? {
        guard sparsity != .dense else { return nil }
        switch tensor.storage {
        case .float32(let values): return packed(values.map(\.bitPattern))
        case .float16(let values): return packed(values.map(\.bitPattern))
        case .bfloat16(let values): return packed(values)
        case .int8(let values): return packed(values.map { UInt8(bitPattern: $0) })
        case .uint8, .int16, .int32, .int64, .bool, .binary, .repeated, .unknown: return nil
        }
    }

    private func packed<Number: FixedWidthInteger>(_ elements: [Number]) -> [UInt8]? {
        var spareZeros = nonZeros - elements.count { $0 != 0 }
        guard spareZeros >= 0, sparseBytes < ValueType(tensor.shape, tensor.dataType).bytes else {
            return nil
        }
        var mask = [UInt8](repeating: 0, count: (elements.count + 7) / 8)
        var kept: [Number] = []
        for (index, element) in elements.enumerated() where element != 0 || spareZeros > 0 {
            if element == 0 { spareZeros -= 1 }
            mask[index / 8] |= 1 << UInt8(index % 8)
            kept.append(element)
        }
        mask.append(numbers: kept)
        return mask
    }
}

extension Tensor.Storage {
    /// Reads what `Constant.packedNonZeros` wrote.
    init(
        nonZerosOf dataType: DataType, _ shape: Shape, from reader: inout PackedReader
    ) throws(PackedModelError) {
        let count = shape.elementCount
        let mask = Array(try reader.bytes((count + 7) / 8))
        switch dataType {
        case .float32: self = .float32(try reader.scattered(count, mask).map { Float(bitPattern: $0) })
        case .float16: self = .float16(try reader.scattered(count, mask).map { Float16(bitPattern: $0) })
        case .bfloat16: self = .bfloat16(try reader.scattered(count, mask))
        case .int8:
            let bytes: [UInt8] = try reader.scattered(count, mask)
            self = .int8(bytes.map { Int8(bitPattern: $0) })
        case .uint8, .int16, .int32, .int64, .bool, .binary:
            throw reader.fault("elements of type \(dataType.rawValue) are not stored sparsely")
        }
    }
}

extension PackedReader {
    /// `count` numbers, those with a clear bit 0, the others read in order.
    fileprivate mutating func scattered<Number: FixedWidthInteger>(
        _ count: Int, _ mask: [UInt8]
    ) throws(PackedModelError) -> [Number] {
        let places = (0..<count).filter { mask[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
        let kept = try numbers(places.count, Number.self)
        var numbers = [Number](repeating: 0, count: count)
        for (place, number) in zip(places, kept) { numbers[place] = number }
        return numbers
    }
}
