/// Writes the little-endian bytes of a training's state.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ word: UInt64) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))) }
    }

    mutating func append(_ values: [Float]) {
        append(UInt64(values.count))
        bytes.reserveCapacity(bytes.count + 4 * values.count)
        for value in values {
            for shift in 0..<4 {
                bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(shift))))
            }
        }
    }
}

/// Reads what `StateWriter` wrote; every shortage is an error.
struct StateReader {
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func word() throws(TrainingError) -> UInt64 {
        guard bytes.count - position >= 8 else { throw .state("the bytes end in the middle") }
        var word: UInt64 = 0
        for shift in 0..<8 { word |= UInt64(bytes[position + shift]) << (8 * UInt64(shift)) }
        position += 8
        return word
    }

    mutating func count() throws(TrainingError) -> Int {
        let value = try word()
        guard value < 1 << 48 else { throw .state("a count is impossible") }
        return Int(value)
    }

    mutating func floats() throws(TrainingError) -> [Float] {
        let count = try count()
        guard count <= (bytes.count - position) / 4 else { throw .state("the bytes end in the middle") }
        var values: [Float] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            let at = position + 4 * index
            var bits: UInt32 = 0
            for shift in 0..<4 { bits |= UInt32(bytes[at + shift]) << (8 * UInt32(shift)) }
            values.append(Float(bitPattern: bits))
        }
        position += 4 * count
        return values
    }
}
