import CKernels

/// What one core reaches at most with a kernel set: the yardstick for measured layers.
public struct Peak: Hashable, Sendable {
    /// Multiply-adds a microsecond that never leave the registers.
    public let floats, integers: Double
    /// Bytes a microsecond read from memory that fits the second cache (256 KiB), and from 1 MiB.
    public let nearBytes, farBytes: Double
}

extension KernelSet {
    /// Measures the peak of the core that happens to run this, a few milliseconds; nil for the scalar reference.
    public func measurePeak() -> Peak? {
        let set = table.pointee, lanes = Double(set.lanes)
        guard let floats = set.peak_f32, let integers = set.peak_s8, let read = set.peak_read else {
            return nil
        }
        let perRound = Double(SK_PEAK_CHAINS) * lanes, bytesPerRound = Int(set.lanes) * 16
        func reading(_ bytes: Int) -> Double {
            let rounds = bytes / bytesPerRound
            return Double(rounds * bytesPerRound) / microseconds(read, rounds: rounds, bytes: bytes)
        }
        let rounds = 4096
        return Peak(
            floats: perRound * Double(rounds) / microseconds(floats, rounds: rounds, bytes: 0),
            integers: perRound * Double(set.s8_group) * Double(rounds)
                / microseconds(integers, rounds: rounds, bytes: 0),
            nearBytes: reading(256 << 10), farBytes: reading(1 << 20))
    }

    /// The shortest of many calls.
    private func microseconds(_ kernel: sk_kernel, rounds: Int, bytes: Int) -> Double {
        let memory = ConstantPool(), result = memory.allocate(bytes: 64), clock = ContinuousClock()
        let source = memory.allocate(bytes: bytes)
        let parameters = memory.store(one: sk_peak(rounds: Int64(rounds)))
        var step = sk_step(run: kernel, a: source, b: nil, y: result, scratch: nil, params: parameters)
        var best = Duration.seconds(1)
        for _ in 0..<100 {
            let begin = clock.now
            sk_run(&step, 1)
            best = min(best, clock.now - begin)
        }
        withExtendedLifetime(memory) {}
        return max(Double(best.components.attoseconds) * 1e-12, 1e-3)
    }
}
