public import ModelGraph

/// What a runtime makes of compressed weights.
public struct RuntimeAbilities: Hashable, Sendable {
    public var name: String
    /// Whether zeros of sparse weights are left out of the stored model.
    public var storesSparse: Bool
    /// Whether its kernels skip zeros anywhere, and those of n:m patterns.
    public var skipsZeros, skipsPatterns: Bool
    /// The precisions it computes in; others run as float32.
    public var precisions: [Precision]

    public init(
        name: String, storesSparse: Bool, skipsZeros: Bool, skipsPatterns: Bool, precisions: [Precision]
    ) {
        self.name = name
        self.storesSparse = storesSparse
        self.skipsZeros = skipsZeros
        self.skipsPatterns = skipsPatterns
        self.precisions = precisions
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
            let skips =
                weightSparsity(of: node).map { $0.isPattern ? runtime.skipsPatterns : runtime.skipsZeros }
                ?? false
            return sum + (skips ? sparseMACs(of: node) : macs(of: node))
        }
        return CompressionAccount(
            nominalBytes: counts.sparseWeightBytes, nominalMACs: counts.sparseMACs,
            effectiveBytes: runtime.storesSparse ? counts.sparseWeightBytes : counts.weightBytes,
            effectiveMACs: effectiveMACs,
            differences: sparsityDifferences(on: runtime) + precisionDifferences(on: runtime))
    }

    private func weightSparsity(of node: Node) -> Sparsity? {
        guard node.operation.isLayer, let sparsity = self[node.inputs[1]].constant?.sparsity,
            sparsity != .dense
        else {
            return nil
        }
        return sparsity
    }

    private func sparsityDifferences(on runtime: RuntimeAbilities) -> [String] {
        let sparse = nodes.filter { weightSparsity(of: $0) != nil }.compactMap { self[$0.inputs[1]].constant }
        let patterned = sparse.filter(\.sparsity.isPattern)
        let scattered = sparse.filter { !$0.sparsity.isPattern }
        var sentences: [String] = []
        for (constants, skips, kind) in [
            (scattered, runtime.skipsZeros, "sparse"), (patterned, runtime.skipsPatterns, "n:m"),
        ] where !constants.isEmpty {
            let all = constants.reduce(0) { $0 + $1.tensor.shape.elementCount }
            let share = 1 - Double(constants.reduce(0) { $0 + $1.nonZeros }) / Double(max(all, 1))
            let sparsity = "sparsity \((share * 100).rounded() / 100)"
            if !skips {
                sentences.append("\(sparsity): \(runtime.name) has no \(kind) kernels, latency unchanged")
            }
            if !runtime.storesSparse {
                sentences.append("\(sparsity): \(runtime.name) stores zeros, size unchanged")
            }
        }
        return sentences
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
        case .float32, .int32, .int64, .bool: self = .float32
        }
    }
}
