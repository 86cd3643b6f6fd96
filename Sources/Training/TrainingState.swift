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
    /// One report for each epoch that is done.
    public var history: [EpochReport]

    private static let magic: UInt64 = 0x5357_4C54_5452_4E31  // "SWLTTRN1"

    /// Little-endian bytes, equal for equal states.
    public func encoded() -> [UInt8] {
        var writer = StateWriter()
        writer.append(TrainingState.magic)
        writer.append(UInt64(step))
        writer.append(initialLoss?.bitPattern ?? Double.nan.bitPattern)
        writer.append(epochLoss.bitPattern)
        writer.append(UInt64(epochCorrect))
        for array in [parameters, first, second, mask] { writer.append(array) }
        writer.append(UInt64(history.count))
        for report in history {
            writer.append(UInt64(report.epoch))
            writer.append(report.loss.bitPattern)
            writer.append(report.accuracy.bitPattern)
            writer.append(UInt64(report.learningRate.bitPattern))
        }
        return writer.bytes
    }

    /// - Throws: `TrainingError.state` where the bytes are not a whole state.
    public init(decoding bytes: [UInt8]) throws(TrainingError) {
        var reader = StateReader(bytes: bytes)
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
