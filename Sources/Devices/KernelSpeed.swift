import ModelGraph

/// How fast a device runs kernels that compute in one type, before calibration: the roofline of arithmetic and memory.
final class KernelSpeed: Sendable {
    private let type: DataType
    /// Multiply-accumulates a millisecond where all of the hardware is busy, by family; nil where the profile has no rate.
    private let rates: [Double?]
    private let utilisation: Utilisation
    private let memory: MemoryProfile
    private let zeroSkipping: ZeroSkipping

    init(_ profile: DeviceProfile, computingIn type: DataType) {
        let compute = profile.compute
        let peak = compute.macsPerCycle[type]
        self.type = type
        rates = WorkFamily.allCases.map { family in
            guard let peak, let efficiency = compute.efficiency[family, type] else { return nil }
            return compute.clockMHz * 1000 * peak * efficiency * compute.threadScaling
        }
        utilisation = compute.utilisation
        memory = profile.memory
        zeroSkipping = profile.runtime.zeroSkipping
    }

    /// Milliseconds of one kernel; 0 where the profile has no rate for such work.
    func milliseconds(of work: Workload, _ weights: WeightStorage) -> Double {
        guard let rate = rates[CostTerm(work.family).rawValue] else { return 0 }
        let arithmetic = Double(effectiveWork(work)) / (rate * utilisation.share(for: work))
        let bytes = traffic(of: work, weights)
        return max(arithmetic, bytes / (memory.bandwidth(for: bytes) * 1e6))
    }

    /// Bytes that a kernel reads and writes; half-precision weights that it computes with in full precision were widened when
    /// the model was loaded.
    private func traffic(of work: Workload, _ weights: WeightStorage) -> Double {
        let activations = Double(type.bits) / 8 * (Double(work.inputElements) + Double(work.outputElements))
        return activations
            + Double(
                weights.isWidened(to: type)
                    ? type.bytes(for: work.weightElements)
                    : weights.bytes(for: work.weightElements, nonZeros: work.nonZeroWeights))
    }

    /// Sparse weights save arithmetic only where the runtime skips them.
    private func effectiveWork(_ work: Workload) -> Int {
        guard let nonZeros = work.nonZeroWeights, work.weightElements > 0 else { return work.work }
        let density = min(1, Double(nonZeros) / Double(work.weightElements))
        switch zeroSkipping {
        case .nowhere: return work.work
        case .everywhere: return Int(Double(work.work) * density)
        case .pointwise(let leastPixels, let leastInputs, let mostDensity):
            let skips =
                work.family == .pointwise && work.stride == 1 && work.dataType.isFloatingPoint
                && work.outputPixels >= leastPixels && work.inputChannels >= leastInputs
                && density <= mostDensity
            return skips ? Int(Double(work.work) * density) : work.work
        }
    }
}

/// How a runtime stores the weights of a kernel.
struct WeightStorage: Sendable {
    /// The type in which they are kept; nil where the kernel has no weights, but perhaps constants in float32.
    private let type: DataType?
    private let leavesOutZeros: Bool

    init(_ declared: DataType?, on profile: DeviceProfile) {
        type = declared.map(profile.storedType)
        leavesOutZeros = profile.runtime.storesSparse
    }

    /// Whether they were brought into a wider type to compute with.
    func isWidened(to other: DataType) -> Bool {
        type.map { $0.isFloatingPoint && $0.bits < other.bits } ?? false
    }

    /// Bytes of so many weights.
    func bytes(for elements: Int, nonZeros: Int?) -> Int {
        guard let type else { return elements * 4 }
        guard leavesOutZeros, let nonZeros, nonZeros < elements else { return type.bytes(for: elements) }
        // A bit a weight says which are kept; beyond one half of zeros that beats indices for every type in use.
        let sparse = type.bytes(for: nonZeros) + DataType.binary.bytes(for: elements)
        return min(sparse, type.bytes(for: elements))
    }

    /// Bytes that a kernel's weights add to the model: none for those that an earlier kernel has stored.
    func bytesAdded(by work: Workload) -> Int {
        bytes(
            for: work.weightElements - work.sharedWeightElements,
            nonZeros: work.sharedWeightElements > 0 ? nil : work.nonZeroWeights)
    }
}

extension DeviceProfile {
    /// The type in which the device keeps values that a graph declares as `type`.
    fileprivate func storedType(_ type: DataType) -> DataType {
        guard case .converted(let other) = support.types.first(where: { $0.dataType == type })?.treatment,
            other.bits < type.bits
        else { return type }
        return other
    }
}

extension Utilisation {
    /// The share of the hardware that a kernel's shape keeps busy, in (0, 1].
    func share(for work: Workload) -> Double {
        switch self {
        case .full: return 1
        case .lanes(let width): return Utilisation.filled(work.outputChannels, width)
        case .occupancy(let half): return Double(work.outputElements) / (Double(work.outputElements) + half)
        case .array(let rows, let columns):
            // A depthwise kernel uses one column a channel: nothing is shared between output channels.
            let inputs =
                work.family == .depthwise ? work.kernelTaps : work.inputChannels / max(work.groups, 1)
            return Utilisation.filled(inputs, rows) * Utilisation.filled(work.outputChannels, columns)
        case .blocks(let pixels, let input, let output):
            let inputs = work.family == .depthwise ? input : work.inputChannels / max(work.groups, 1)
            return Utilisation.filled(work.outputPixels, pixels) * Utilisation.filled(inputs, input)
                * Utilisation.filled(work.outputChannels, output)
        }
    }

    /// How full blocks of `width` are on average when `count` things are put into them.
    private static func filled(_ count: Int, _ width: Int) -> Double {
        let count = max(count, 1)
        let blocks = (count + width - 1) / width
        return Double(count) / (Double(blocks) * Double(width))
    }
}

extension MemoryProfile {
    /// GB/s of the fastest level that holds this many bytes.
    func bandwidth(for bytes: Double) -> Double {
        levels.first { bytes <= Double($0.bytes) }?.bandwidth ?? bandwidth
    }
}
