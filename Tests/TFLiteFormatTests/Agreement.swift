import Engine
import ModelGraph

/// How two arrays of one value type compare.
struct Agreement {
    /// Integer elements that differ by more than one step.
    var apart = 0
    /// Largest difference of real elements.
    var largest: Float = 0
    /// Largest less smallest of the expected real elements.
    var range: Float = 0
    var count = 0

    init(_ actual: [UInt8], _ expected: [UInt8], _ type: ValueType) {
        switch type.dataType {
        case .int8:
            compare(actual.map { Int(Int8(bitPattern: $0)) }, expected.map { Int(Int8(bitPattern: $0)) })
        case .uint8: compare(actual.map(Int.init), expected.map(Int.init))
        case .int16: compare(actual.words, expected.words)
        case .float32: compare(actual.floats, expected.floats)
        case .float16, .bfloat16, .int32, .int64, .bool, .binary:
            apart = actual == expected ? 0 : actual.count
            count = actual.count
        }
        if actual.count != expected.count { apart = .max }
    }

    private mutating func compare(_ a: [Int], _ b: [Int]) {
        count = a.count
        apart = zip(a, b).count { abs($0 - $1) > 1 }
    }

    private mutating func compare(_ a: [Float], _ b: [Float]) {
        count = a.count
        largest = zip(a, b).map { $0.isNaN ? .infinity : abs($0 - $1) }.max() ?? 0
        range = max((b.max() ?? 0) - (b.min() ?? 0), 1e-3)
    }
}

extension [UInt8] {
    fileprivate var words: [Int] {
        stride(from: 0, to: count - 1, by: 2).map { place in
            Int(Int16(bitPattern: UInt16(self[place]) | UInt16(self[place + 1]) << 8))
        }
    }

    var floats: [Float] {
        stride(from: 0, to: count - 3, by: 4).map { place in
            Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[place + $1]) << (8 * UInt32($1)) })
        }
    }
}

extension [Float] {
    var bytes: [UInt8] {
        flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) } }
    }
}

extension Worker {
    /// The outputs for these inputs, all as they lie in memory.
    func outputs(for inputs: [[UInt8]]) -> [[UInt8]] {
        for (index, input) in inputs.enumerated() { setInput(index, bytes: input.span.bytes) }
        run()
        return plan.outputs.indices.map { outputBytes($0) }
    }
}
