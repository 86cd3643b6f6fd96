import Datasets
import Determinism
import ModelGraph
import SearchSpaces

extension Graph {
    /// The network with its bins (see `DenseTopology`) between quantiles of the training samples, each ramp from one to the
    /// next, as Gorishniy and others (2022) encode numbers of a table; training moves them on from there.
    ///
    /// A network without bins stays as it is.
    func spreadingBins(over data: PreparedData) -> Graph {
        guard let layer = nodes.first(where: { $0.name == SearchSpace.binsName }), layer.inputs.count == 3
        else { return self }
        let count = self[layer.inputs[1]].type.shape[0] / max(data.dataset.sampleSize, 1)
        let ramps = data.sortedValues.flatMap { BinRamp.between(quantiles: $0, count: count) }
        var graph = self
        for (operand, values) in [(1, ramps.map(\.slope)), (2, ramps.map(\.offset))] {
            let shape = self[layer.inputs[operand]].type.shape
            precondition(values.count == shape.elementCount, "spreadingBins: a ramp for each unit")
            graph[layer.inputs[operand]].constant = Constant(Tensor(shape, values))
        }
        return graph
    }
}

/// slope · x + offset, cut to 0…6: 0 below one edge of a bin, 6 above the other.
package struct BinRamp: Hashable {
    package let slope, offset: Float

    package init(slope: Float, offset: Float) {
        self.slope = slope
        self.offset = offset
    }

    /// As many ramps as bins, side by side from the smallest to the largest of some sorted values.
    ///
    /// Edges are quantiles; of those nearer than a thousandth one is left out, and the widest bins are halved until there are
    /// enough. All ramps are 0 where the values are equal.
    package static func between(quantiles sorted: [Float], count: Int) -> [BinRamp] {
        guard let first = sorted.first, let last = sorted.last, last - first >= leastWidth else {
            return [BinRamp](repeating: BinRamp(slope: 0, offset: 0), count: count)
        }
        var edges = [first]
        for step in 1..<max(count, 1) {
            let edge = sorted[step * (sorted.count - 1) / count]
            if edge - (edges.last ?? first) >= leastWidth, last - edge >= leastWidth { edges.append(edge) }
        }
        edges.append(last)
        while edges.count <= count {
            let widths = zip(edges, edges.dropFirst()).map { $1 - $0 }
            let widest = widths.indices.max { widths[$0] < widths[$1] } ?? 0
            edges.insert(edges[widest] + widths[widest] / 2, at: widest + 1)
        }
        return zip(edges, edges.dropFirst()).map { low, high in
            let slope = 6 / max(high - low, leastWidth)
            return BinRamp(slope: slope, offset: -low * slope)
        }
    }

    /// In units of normalised values.
    private static let leastWidth: Float = 1e-3
}

extension PreparedData {
    /// The values that each place of a normalised sample has in at most 4,096 training samples, in ascending order.
    fileprivate var sortedValues: [[Float]] {
        var random = RandomStream(seed: 0, .subnetwork, UInt64(split.train.count))
        let rows = random.permutation(split.train.count).prefix(4096).map { split.train[$0] }
        let (values, size) = (samples(rows), dataset.sampleSize)
        return (0..<size).map { place in
            stride(from: place, to: values.count, by: size).map { values[$0] }.sorted()
        }
    }
}
