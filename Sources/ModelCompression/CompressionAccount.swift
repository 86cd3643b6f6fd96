public import ModelGraph

/// What a runtime makes of compressed weights.
public struct RuntimeAbilities: Hashable, Sendable {
    /// Name of the runtime, for tables.
    public var name: String
    /// Whether zeros of sparse weights are left out of the stored model.
    public var storesSparse: Bool
    /// Where its kernels skip zeros.
    public var zeroSkipping: ZeroSkipping
    /// The precisions it computes in; others run as float32.
    public var precisions: [Precision]
    /// Whether its int8 layers may have a weight scale for each output channel; others leave the accelerator.
    public var takesChannelScales: Bool

    /// The abilities of a runtime, as its profile states them.
    public init(
        name: String, storesSparse: Bool, zeroSkipping: ZeroSkipping, precisions: [Precision],
        takesChannelScales: Bool = true
    ) {
        self.name = name
        self.storesSparse = storesSparse
        self.zeroSkipping = zeroSkipping
        self.precisions = precisions
        self.takesChannelScales = takesChannelScales
    }
}

/// What a compression promises beside what a runtime gives.
public struct CompressionAccount: Hashable, Sendable {
    /// Bytes of weights and multiply-accumulates as the compression promises them.
    public let nominalBytes, nominalMACs: Int
    /// The same as this runtime stores and computes them.
    public let effectiveBytes, effectiveMACs: Int
    /// One sentence for each promise that is not kept; empty where all are.
    public let differences: [String]
}

extension Graph {
    /// Nominal and effective cost of this (compressed) network on a runtime.
    public func account(on runtime: RuntimeAbilities) -> CompressionAccount {
        let counts = counts
        let effectiveMACs = nodes.reduce(0) { sum, node in
            sum + (skipsZeros(of: node, by: runtime.zeroSkipping) ? sparseMACs(of: node) : macs(of: node))
        }
        return CompressionAccount(
            nominalBytes: counts.sparseWeightBytes, nominalMACs: counts.sparseMACs,
            effectiveBytes: runtime.storesSparse ? counts.sparseWeightBytes : counts.weightBytes,
            effectiveMACs: effectiveMACs,
            differences: sparsityDifferences(on: runtime) + precisionDifferences(on: runtime)
                + scaleDifferences(on: runtime))
    }

    private func sparsityDifferences(on runtime: RuntimeAbilities) -> [String] {
        let sparse = nodes.filter { node in
            node.operation.isLayer && self[node.inputs[1]].constant.map { $0.sparsity != .dense } ?? false
        }
        let patterned = sparse.filter { self[$0.inputs[1]].constant?.sparsity.isPattern ?? false }
        let scattered = sparse.filter { !(self[$0.inputs[1]].constant?.sparsity.isPattern ?? false) }
        var sentences: [String] = []
        for (layers, kind) in [(scattered, "sparse"), (patterned, "n:m")] where !layers.isEmpty {
            let sparsity = "sparsity \((share(ofZerosIn: layers) * 100).rounded() / 100)"
            let skipped = layers.count { skipsZeros(of: $0, by: runtime.zeroSkipping) }
            if skipped == 0 {
                let scope = runtime.zeroSkipping == .nowhere ? "" : " for these layers"
                sentences.append(
                    "\(sparsity): \(runtime.name) has no \(kind) kernels\(scope), latency unchanged")
            } else if skipped < layers.count {
                sentences.append(
                    "\(sparsity): \(runtime.name) skips zeros in \(skipped) of \(layers.count) layers, the others run dense"
                )
            }
            if !runtime.storesSparse {
                sentences.append("\(sparsity): \(runtime.name) stores zeros, size unchanged")
            }
        }
        return sentences
    }

    private func share(ofZerosIn layers: [Node]) -> Double {
        let constants = layers.compactMap { self[$0.inputs[1]].constant }
        let all = constants.reduce(0) { $0 + $1.tensor.shape.elementCount }
        return 1 - Double(constants.reduce(0) { $0 + $1.nonZeros }) / Double(max(all, 1))
    }

    private func precisionDifferences(on runtime: RuntimeAbilities) -> [String] {
        let used = nodes.filter { $0.operation.isLayer }.map {
            Precision(of: self[$0.inputs[1]].type.dataType)
        }
        return Precision.allCases.filter {
            $0 != .float32 && used.contains($0) && !runtime.precisions.contains($0)
        }.map {
            "\($0.rawValue): \(runtime.name) computes it as float32, latency unchanged"
        }
    }
}

extension Graph {
    fileprivate func scaleDifferences(on runtime: RuntimeAbilities) -> [String] {
        let weights = nodes.filter { $0.operation.isLayer }.map { self[$0.inputs[1]].type }
        let hasChannelScales = weights.contains { $0.dataType == .int8 && $0.quantization?.axis != nil }
        guard hasChannelScales, !runtime.takesChannelScales else { return [] }
        return [
            "int8: \(runtime.name) computes layers with a weight scale for each channel off its accelerator; "
                + "'int8(per-tensor)' stays on it"
        ]
    }
}

extension Sparsity {
    fileprivate var isPattern: Bool { if case .pattern = self { true } else { false } }
}

extension Precision {
    /// What a layer with weights of this type computes in.
    fileprivate init(of weights: DataType) {
        switch weights {
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        case .int8, .uint8: self = .int8
        case .binary: self = .binary
        case .float32, .int16, .int32, .int64, .bool: self = .float32
        }
    }
}
