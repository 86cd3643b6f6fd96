/// What the training of a super-network carries from step to step: with it, a run continues as if never stopped.
public struct SuperState: Hashable, Sendable {
    /// Steps taken.
    public internal(set) var step: Int
    /// The shared weights, in the order of `SharedWeights.values`.
    var weights: [Float]
    /// Their velocity.
    var velocity: [Float]
    /// What collapses have left of the learning rate: 1, then halves.
    var rate: Float
    /// Steps in a row with a loss that guessing would reach.
    var stalled: Int

    private static let magic: UInt64 = 0x5357_4C54_5355_5031  // "SWLTSUP1"

    init(step: Int, weights: [Float], velocity: [Float], rate: Float, stalled: Int) {
        self.step = step
        self.weights = weights
        self.velocity = velocity
        self.rate = rate
        self.stalled = stalled
    }

    /// Little-endian bytes, equal for equal states.
    public func encoded() -> [UInt8] {
        var writer = StateWriter()
        writer.append(SuperState.magic)
        writer.append(UInt64(step))
        writer.append(UInt64(rate.bitPattern))
        writer.append(UInt64(stalled))
        writer.append(weights)
        writer.append(velocity)
        return writer.bytes
    }

    /// - Throws: `TrainingError.state` where the bytes are not a whole state.
    public init(decoding bytes: [UInt8]) throws(TrainingError) {
        var reader = StateReader(bytes: bytes)
        guard try reader.word() == SuperState.magic else {
            throw .state("these bytes are no state of a super-network")
        }
        step = try reader.count()
        rate = Float(bitPattern: UInt32(truncatingIfNeeded: try reader.word()))
        stalled = try reader.count()
        weights = try reader.floats()
        velocity = try reader.floats()
        guard reader.isAtEnd, weights.count == velocity.count, rate > 0, rate <= 1 else {
            throw .state("it is not whole")
        }
    }
}
