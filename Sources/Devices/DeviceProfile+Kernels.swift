import ModelGraph

extension DeviceProfile {
    /// Milliseconds one kernel takes on this device itself, before calibration: the roofline of arithmetic and memory.
    ///
    /// Nil where the profile has no rate for the type.
    func milliseconds(of work: Workload, as type: DataType) -> Double? {
        guard let peak = compute.macsPerCycle[type], let efficiency = compute.efficiency[work.family, type]
        else {
            return nil
        }
        let macsPerMillisecond = compute.clockMHz * 1000 * peak * efficiency * compute.threadScaling
        let arithmetic =
            Double(effectiveWork(work)) / (macsPerMillisecond * compute.utilisation.share(for: work))
        let bytes = traffic(of: work, as: type)
        return max(arithmetic, bytes / (memory.bandwidth(for: bytes) * 1e6))
    }

    /// Bytes that a kernel reads and writes; half-precision weights that it computes with in full precision were widened when
    /// the model was loaded.
    private func traffic(of work: Workload, as type: DataType) -> Double {
        let activations = Double(type.bits) / 8 * (Double(work.inputElements) + Double(work.outputElements))
        let isWidened =
            work.weightType.map(storedType).map { $0.isFloatingPoint && $0.bits < type.bits } ?? false
        return activations + Double(isWidened ? type.bytes(for: work.weightElements) : weightBytes(of: work))
    }

    /// Sparse weights save arithmetic only where the runtime skips them.
    private func effectiveWork(_ work: Workload) -> Int {
        guard let nonZeros = work.nonZeroWeights, work.weightElements > 0 else { return work.work }
        let density = min(1, Double(nonZeros) / Double(work.weightElements))
        switch runtime.zeroSkipping {
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

    /// Bytes that a kernel's weights add to the model: none for those that an earlier kernel has stored.
    func storedWeightBytes(of work: Workload) -> Int {
        guard work.sharedWeightElements > 0 else { return weightBytes(of: work) }
        var own = work
        own.weightElements -= work.sharedWeightElements
        own.nonZeroWeights = nil
        return weightBytes(of: own)
    }

    /// Bytes of a kernel's weights as the runtime stores them.
    func weightBytes(of work: Workload) -> Int {
        guard let stored = work.weightType else { return work.weightElements * 4 }
        let type = storedType(stored)
        guard runtime.storesSparse, let nonZeros = work.nonZeroWeights, nonZeros < work.weightElements else {
            return type.bytes(for: work.weightElements)
        }
        // A bit a weight says which are kept; beyond one half of zeros that beats indices for every type in use.
        let sparse = type.bytes(for: nonZeros) + DataType.binary.bytes(for: work.weightElements)
        return min(sparse, type.bytes(for: work.weightElements))
    }

    /// The type in which the device keeps values that a graph declares as `type`.
    func storedType(_ type: DataType) -> DataType {
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
