package import Kernels
package import ModelGraph

/// Feature matching by attention maps (Zagoruyko and Komodakis, 2017): where, not how, a teacher looks.
///
/// The map of a feature [H, W, C] is a = Σ over channels of f², normalised to q = a / ‖a‖; the loss is ‖q − q′‖² for each
/// pair of features, so that student and teacher need equal height and width but may differ in channels.
package struct AttentionTransfer: Sendable {
    /// One pair of features of equal height and width.
    struct Pair: Sendable {
        var student, teacher: ValueID
        var positions: Int
    }

    var pairs: [Pair]
    var weight: Float

    /// Pairs the last features of each resolution that both networks have.
    package init(student: Graph, teacher: Graph, weight: Float) {
        let offered = teacher.lastFeatures
        pairs = student.lastFeatures.compactMap { feature in
            offered.first { $0.height == feature.height && $0.width == feature.width }.map {
                Pair(student: feature.value, teacher: $0.value, positions: feature.height * feature.width)
            }
        }
        self.weight = weight
    }

    /// Floats of memory that `match` needs.
    var scratchCount: Int { 2 * (pairs.map(\.positions).max() ?? 0) }

    /// The loss of one sample's pair; writes `share` · weight times its gradient.
    package func match(
        _ student: FloatBlock, _ teacher: FloatBlock, positions: Int, share: Float, gradient: FloatBlock,
        scratch: FloatBlock
    ) -> Float {
        let (own, goal) = (scratch.part(0, positions), scratch.part(positions, positions))
        let norm = AttentionTransfer.writeMap(of: student, into: own)
        _ = AttentionTransfer.writeMap(of: teacher, into: goal)
        var (loss, overlap) = (Float(0), Float(0))
        for p in 0..<positions {
            let difference = own[p] - goal[p]
            loss += difference * difference
            overlap += difference * own[p]
        }
        let channels = student.count / positions
        for p in 0..<positions {
            // ∂‖q − q′‖²/∂a = 2 (I − q·qᵀ)(q − q′) / ‖a‖, ∂a/∂f = 2 f
            let slope = 4 * share * weight * (own[p] - goal[p] - own[p] * overlap) / norm
            for c in p * channels..<(p + 1) * channels { gradient[c] = slope * student[c] }
        }
        return weight * loss
    }

    /// The normalised map; returns what it was divided by.
    private static func writeMap(of feature: FloatBlock, into map: FloatBlock) -> Float {
        let channels = feature.count / map.count
        var squares: Float = 0
        for p in 0..<map.count {
            var sum: Float = 0
            for c in p * channels..<(p + 1) * channels { sum += feature[c] * feature[c] }
            map[p] = sum
            squares += sum * sum
        }
        let norm = squares.squareRoot() + 1e-12
        for p in 0..<map.count { map[p] /= norm }
        return norm
    }
}

extension Graph {
    /// The last result of each height and width beyond 1×1, in order of first appearance.
    fileprivate var lastFeatures: [(value: ValueID, height: Int, width: Int)] {
        var features: [(value: ValueID, height: Int, width: Int)] = []
        for node in nodes {
            let shape = self[node.output].type.shape
            guard shape.rank == 4, shape[1] * shape[2] > 1, !outputs.contains(node.output) else { continue }
            if let index = features.firstIndex(where: { $0.height == shape[1] && $0.width == shape[2] }) {
                features[index].value = node.output
            } else {
                features.append((node.output, shape[1], shape[2]))
            }
        }
        return features
    }
}
