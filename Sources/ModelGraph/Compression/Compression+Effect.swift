extension Graph {
    /// What the compression makes of this network's shapes and types, weights left unknown.
    ///
    /// The artefact that module Compression builds from the same network and trained weights has the same shapes, types
    /// and bytes; only scales and values differ.
    public func compressed(by compression: Compression) throws(GraphError) -> Graph {
        var graph = forgettingWeights()
        for step in compression.steps {
            switch step {
            case .distill, .finetune: break
            case .structured(let ratios):
                graph = try graph.keepingFirstChannels { name, channels in
                    Compression.keptChannels(of: channels, ratio: ratios[name])
                }
            case .magnitude(let ratios), .dynamic(let ratios, _):
                graph = graph.annotated(with: graph.sparsities(ratios))
            case .pattern(let kept, let group):
                graph = graph.annotated(with: graph.patternSparsities(kept: kept, group: group))
            case .precision(let assignment, _, let scales):
                graph = try graph.prepared(for: assignment).converted(to: assignment, weightScales: scales)
            }
        }
        return graph
    }

    /// The same network with nothing known of its trained numbers.
    func forgettingWeights() -> Graph {
        var graph = self
        for node in nodes {
            for input in node.inputs {
                guard let tensor = graph[input].constant?.tensor, tensor.dataType.isFloatingPoint else {
                    continue
                }
                switch tensor.storage {
                case .repeated, .unknown: continue
                default: break
                }
                graph[input].constant?.tensor = .unknown(tensor.shape, tensor.dataType)
            }
        }
        return graph
    }

    /// The same graph with these constants marked sparse.
    public func annotated(with sparsities: [(value: ValueID, sparsity: Sparsity)]) -> Graph {
        var graph = self
        for (value, sparsity) in sparsities { graph[value].constant?.sparsity = sparsity }
        return graph
    }
}

extension Compression {
    /// How many of `count` channels remain when the part `ratio` of them is removed.
    ///
    /// From 16 channels on the nearest multiple of 8 (at least 8), so that vector units stay full; below that the nearest whole
    /// number, at least 4 (or all there are).
    public static func keptChannels(of count: Int, ratio: Double) -> Int {
        let target = Double(count) * (1 - ratio)
        guard ratio > 0, count >= 16 else {
            return ratio > 0 ? min(count, max(4, Int(target.rounded()))) : count
        }
        return min(count, max(8, Int((target / 8).rounded()) * 8))
    }
}
