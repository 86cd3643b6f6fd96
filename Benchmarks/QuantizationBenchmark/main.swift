import Candidates
import Datasets
import Determinism
import Foundation
import ModelCompression
import ModelGraph
import Quantities
import SearchSpaces

// Post-training quantisation beside training under rounding on a case made hard: a MobileNetV2-like network, one weight scale a
// layer, and channels of a layer whose ranges differ by a factor, as those of MobileNetV2 trained on ImageNet do (Nagel and others
// 2019, figure 2). Trains on the embedded digits with three seeds; prints test accuracies and how much of the loss comes back.

let space = try SearchSpace(
    parsing: """
        version: 1
        name: mobilenet-v2-like
        input: {height: 8, width: 8, channels: 1, outputs: 10}
        activation: relu
        stem: {kernel: 3, stride: 1, width: 16}
        stages:
          - {name: early, operation: inverted, depth: 2, width: 16, kernel: 3, expansion: 6, stride: 1}
          - {name: middle, operation: inverted, depth: 2, width: 24, kernel: 3, expansion: 6, stride: 2}
          - {name: late, operation: inverted, depth: 2, width: 32, kernel: 3, expansion: 6, stride: 2}
        compression: [none]
        """, file: "mobilenet-v2-like")
let rules = SplitRules(validation: .fraction(0.1), test: .fraction(0.4), seed: 7)
let data = try PreparedData(
    Dataset(DatasetRequest(source: .digits)), rules: rules, augmentation: .image(shift: 1))
let judge = Judge(data: data, threads: 2)
let seeds = UInt64(1)...3

/// The float32 network that a seed trains.
let networks = try seeds.map { seed in
    let builder = CandidateBuilder(
        space: space, data: data, settings: TrainingSettings(epochs: 15, batch: 64), seed: seed, threads: 2)
    return try builder.build(space.largest).foldingBatchNormalization()
}

/// The test accuracy of a network, or of what a compression makes of it.
func accuracy(of network: Graph, _ compression: String?, seed: UInt64) throws -> Double {
    var graph = network
    if let compression {
        let given = try SearchSpace(
            given: network, name: "network",
            compression: GivenCompression(precision: ["float32", compression], precisionPerStage: false))
        let builder = CandidateBuilder(
            space: given, data: data, settings: TrainingSettings(epochs: 5, batch: 64, learningRate: 0.2),
            seed: seed, threads: 2)
        graph = try builder.build(given.genotype(architecture: "given", compression: compression))
    }
    return judge.task.value(of: try judge.predictions(of: graph, on: data.split.test))
}

for (perChannel, factor) in [(true, 1), (false, 1), (false, 64), (false, 256), (false, 1024)] {
    var (lost, left) = (0.0, 0.0)
    for (seed, network) in zip(seeds, networks) {
        let hard = network.spreadingChannels(by: Float(factor), seed: seed)
        let scales = perChannel ? "" : "(per-tensor)"
        let found = try [nil, "int8" + scales, "int8-qat" + scales].map {
            try accuracy(of: hard, $0, seed: seed)
        }
        lost += (found[0] - found[1]) / Double(seeds.count)
        left += (found[0] - found[2]) / Double(seeds.count)
    }
    let recovered =
        lost > 0 ? String(format: "%.0f %% recovered", 100 * (lost - left) / lost) : "nothing to recover"
    print(
        "scales per \(perChannel ? "channel" : "layer  "), ranges spread by \(factor): "
            + String(format: "points lost by int8 %.2f, by int8-qat %.2f, ", 100 * lost, 100 * left)
            + recovered)
}

extension Graph {
    /// The same function with channels of unlike ranges: between an expansion and the depthwise layer that reads it through a ReLU, each
    /// channel is multiplied by a factor of its own and divided by it again, between 1 and `factor` apart.
    func spreadingChannels(by factor: Float, seed: UInt64) -> Graph {
        var graph = self
        var random = RandomStream(seed: seed, .initialization, 0)
        for node in nodes {
            guard case .convolution(let convolution) = node.operation, convolution.groups > 1,
                let activation = nodes.first(where: { $0.output == node.inputs[0] }),
                case .activation(.relu) = activation.operation,
                let expansion = nodes.first(where: { $0.output == activation.inputs[0] }),
                expansion.inputs.count > 2
            else { continue }
            let factors = (0..<convolution.groups).map { _ in pow(factor, Float(random.uniform()) - 0.5) }
            graph.scaleChannels(of: expansion.inputs[1], by: factors)
            graph.scaleChannels(of: expansion.inputs[2], by: factors)
            graph.scaleChannels(of: node.inputs[1], by: factors.map { 1 / $0 })
        }
        return graph
    }

    /// Multiplies each slice along the first axis of a constant by a factor.
    private mutating func scaleChannels(of value: ValueID, by factors: [Float]) {
        guard let tensor = self[value].constant?.tensor, let values = tensor.floats else { return }
        let length = values.count / factors.count
        self[value].constant?.tensor = Tensor(
            tensor.shape, values.indices.map { values[$0] * factors[$0 / length] })
    }
}
