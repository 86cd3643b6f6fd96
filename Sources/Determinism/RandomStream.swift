/// A stream of random numbers that depends on its key and on nothing else.
///
/// Counter-based (SplitMix64 over a keyed counter), so that any process can produce the numbers of any (seed, purpose,
/// candidate, epoch, step, sample) without producing those before it: results do not depend on threads, order or restarts.
/// Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// What the numbers are for; one stream never serves two purposes.
    public enum Purpose: UInt64, Sendable {
        case split = 1, initialization, shuffle, augmentation, dropout, proposal, mutation, calibration,
            probes, bootstrap
        case measurement, subnetwork, disturbance, blending
    }

    /// The stream of a purpose, and of as many indices (candidate, epoch, step, sample, …) as the caller needs.
    public init(seed: UInt64, _ purpose: Purpose, _ indices: UInt64...) {
        var key = RandomStream.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
        key = RandomStream.mix(key ^ RandomStream.mix(purpose.rawValue &* 0xD1B5_4A32_D192_ED03))
        for index in indices {
            key = RandomStream.mix(key &+ 0x9E37_79B9_7F4A_7C15 ^ RandomStream.mix(index &+ 1))
        }
        state = key
    }

    /// The next 64 uniformly random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return RandomStream.mix(state)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension RandomStream {
    /// Uniform in [0, 1), with 24 random bits.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Uniform in [0, 1), with 53 random bits.
    public mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0..<bound (Lemire's multiply-shift; the bias is below 2⁻³² for the bounds used here).
    public mutating func index(below bound: Int) -> Int {
        precondition(bound > 0, "index(below:) needs a positive bound")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Uniform over the order of `0..<count` (Fisher–Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(below: last + 1)) }
        return order
    }
}
