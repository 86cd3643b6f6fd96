public import ModelGraph

/// How the worth of a channel is judged; the least worthy go first.
public enum ChannelImportance: Hashable, Sendable {
    /// Sum of magnitudes, or root of the sum of squares, of the weights that make a channel (Li et al., 2017), after the scale that a
    /// following batch normalisation gives it.
    case l1, l2
    /// Given by the caller for each node and output channel, a Taylor term for instance (Molchanov et al., 2019).
    case given([[Double]?])
}

extension Graph {
    /// Removes the least important channels of every group, as many as the ratio says.
    func prunedChannels(
        _ ratios: Assignment<Double>, by importance: ChannelImportance, step: some CustomStringConvertible
    ) throws -> Graph {
        var kept: [Int: [Int]] = [:]
        for group in channelGroups {
            let count = Compression.keptChannels(of: group.channels, ratio: ratios[group.name])
            let scores = scores(of: group, by: importance)
            guard scores.allSatisfy(\.isFinite) else {
                throw CompressionFailure(step, "weights of '\(group.name)' are not finite numbers")
            }
            let best = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
            kept[group.id] = best.prefix(count).sorted()
        }
        return try keepingChannels(kept)
    }

    /// The same function with the channels of every group in order of importance, the most important first.
    ///
    /// A narrower network that takes the first channels so takes the best ones (Cai and others 2020, Once-for-All).
    public func orderedChannels(by importance: ChannelImportance) throws(GraphError) -> Graph {
        var orders: [Int: [Int]] = [:]
        for group in channelGroups {
            let scores = scores(of: group, by: importance)
            orders[group.id] = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        }
        return try orderingChannels(orders)
    }

    /// The worth of each channel of a group: the sum over its producers of their share in it.
    ///
    /// Each producer's scores are divided by their mean, so that layers with large weights do not outvote others.
    private func scores(of group: ChannelGroup, by importance: ChannelImportance) -> [Double] {
        var total = [Double](repeating: 0, count: group.channels)
        for (producer, members) in zip(group.producers, group.members) {
            let own = channelScores(of: producer, by: importance)
            let shares = members.map { channels in
                channels.reduce(0.0) { $0 + (own.indices.contains($1) ? own[$1] : 0) }
            }
            let mean = shares.reduce(0, +) / Double(max(shares.count, 1))
            for (index, share) in shares.enumerated() { total[index] += mean > 0 ? share / mean : share }
        }
        return total
    }

    /// One score an output channel of a layer.
    private func channelScores(of index: Int, by importance: ChannelImportance) -> [Double] {
        let node = nodes[index]
        if case .given(let scores) = importance {
            return scores.indices.contains(index) ? scores[index] ?? [] : []
        }
        guard let tensor = self[node.inputs[1]].constant?.tensor, let weights = tensor.floats else {
            return []
        }
        let channels = tensor.shape[0]
        let length = channels == 0 ? 0 : weights.count / channels
        let gains = normalizationGains(after: node)
        return (0..<channels).map { channel in
            let row = weights[channel * length..<(channel + 1) * length]
            let gain = gains.map { abs(Double($0[channel])) } ?? 1
            switch importance {
            case .l1: return gain * row.reduce(0) { $0 + abs(Double($1)) }
            case .l2, .given: return gain * row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            }
        }
    }

    /// γ / √(σ² + ε) of the batch normalisation that alone reads a layer's result; nil if there is none.
    private func normalizationGains(after node: Node) -> [Float]? {
        let readers = nodes.filter { $0.inputs.contains(node.output) }
        guard readers.count == 1, case .batchNormalization(let epsilon) = readers[0].operation,
            let scale = self[readers[0].inputs[1]].constant?.tensor.floats,
            let variance = self[readers[0].inputs[4]].constant?.tensor.floats
        else { return nil }
        return zip(scale, variance).map { $0 / ($1 + epsilon).squareRoot() }
    }
}
