/// Everything a training run carries from step to step: with it, a run continues exactly as if never stopped.
public struct TrainingState: Hashable, Sendable {
    /// Steps taken.
    public var step: Int
    /// Trained constants and running statistics, in the trainer's order.
    var parameters: [Float]
    /// Velocity, or Adam's first moment.
    var first: [Float]
    /// Adam's second moment; empty for SGD.
    var second: [Float]
    /// 1 where a weight may change, 0 where it stays zero; empty if all may.
    var mask: [Float]
    /// The first step's loss, which tells later whether the loss exploded.
    var initialLoss: Double?
    /// Sum of losses and of correct samples since the epoch began.
    var epochLoss: Double
    var epochCorrect: Int
    public var history: [EpochReport]

    private static let magic: UInt64 = 0x5357_4C54_5452_4E31  // "SWLTTRN1"

    /// Little-endian bytes, equal for equal states.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ word: UInt64) {
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))) }
        }
        func append(_ values: [Float]) {
            append(UInt64(values.count))
            for value in values {
                for shift in 0..<4 {
                    bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(shift))))
                }
            }
        }
        append(TrainingState.magic)
        append(UInt64(step))
        append(initialLoss?.bitPattern ?? Double.nan.bitPattern)
        append(epochLoss.bitPattern)
        append(UInt64(epochCorrect))
        for array in [parameters, first, second, mask] { append(array) }
        append(UInt64(history.count))
        for report in history {
            append(UInt64(report.epoch))
            append(report.loss.bitPattern)
            append(report.accuracy.bitPattern)
            append(UInt64(report.learningRate.bitPattern))
        }
        return bytes
    }

    /// - Throws: `TrainingError.state` where the bytes are not a whole state.
    public init(decoding bytes: [UInt8]) throws(TrainingError) {
        var reader = ByteReader(bytes: bytes)
        guard try reader.word() == TrainingState.magic else {
            throw .state("these bytes are no training state")
        }
        step = try reader.count()
        let initial = Double(bitPattern: try reader.word())
        initialLoss = initial.isNaN ? nil : initial
        epochLoss = Double(bitPattern: try reader.word())
        epochCorrect = try reader.count()
        parameters = try reader.floats()
        first = try reader.floats()
        second = try reader.floats()
        mask = try reader.floats()
        history = []
        for _ in 0..<(try reader.count()) {
            history.append(
                EpochReport(
                    epoch: try reader.count(), loss: Double(bitPattern: try reader.word()),
                    accuracy: Double(bitPattern: try reader.word()),
                    learningRate: Float(bitPattern: UInt32(truncatingIfNeeded: try reader.word()))))
        }
        guard reader.isAtEnd else { throw .state("bytes follow the end of the state") }
    }

    init(
        step: Int, parameters: [Float], first: [Float], second: [Float], mask: [Float], initialLoss: Double?,
        epochLoss: Double, epochCorrect: Int, history: [EpochReport]
    ) {
        self.step = step
        self.parameters = parameters
        self.first = first
        self.second = second
        self.mask = mask
        self.initialLoss = initialLoss
        self.epochLoss = epochLoss
        self.epochCorrect = epochCorrect
        self.history = history
    }
}

private struct ByteReader {
    let bytes: [UInt8]
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
