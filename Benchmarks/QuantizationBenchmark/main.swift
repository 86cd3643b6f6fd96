import Compression
import Datasets
import Evaluation
import ModelGraph
import SearchSpaces

// Post-training quantisation beside training under rounding on a case made hard: a MobileNetV2-like network whose layers have one
// weight scale each. Trains on the embedded digits with three seeds; prints test accuracies and how much of the loss comes back.

let space = try SearchSpace(
    parsing: """
        version: 1
        name: mobilenet-v2-like
        input: {height: 8, width: 8, channels: 1, outputs: 10}
        activation: relu6
        stem: {kernel: 3, stride: 1, width: 16}
        stages:
          - {name: early, operation: inverted, depth: 2, width: 16, kernel: 3, expansion: 6, stride: 1}
          - {name: middle, operation: inverted, depth: 2, width: 24, kernel: 3, expansion: 6, stride: 2}
          - {name: late, operation: inverted, depth: 2, width: 32, kernel: 3, expansion: 6, stride: 2}
        compression: [none, int8, int8-qat]
        """, file: "mobilenet-v2-like")
let rules = SplitRules(validation: .fraction(0.1), test: .fraction(0.4), seed: 7)
let data = try PreparedData(
    Dataset(DatasetRequest(source: .digits)), rules: rules, augmentation: .image(shift: 1))
let judge = Judge(data: data, metric: .accuracy, threads: 2)
let architecture = space.architecture(of: space.largest)

/// The test accuracy of a compression of the network trained with a seed.
func accuracy(_ compression: String, _ builder: CandidateBuilder) throws -> Double {
    let graph = try builder.build(space.genotype(architecture: architecture, compression: compression))
    return judge.metric.value(of: try judge.predictions(of: graph, on: data.split.test))
}

for perChannel in [true, false] {
    var (lost, left) = (0.0, 0.0)
    for seed in UInt64(1)...3 {
        let builder = CandidateBuilder(
            space: space, data: data, settings: TrainingSettings(epochs: 15, fineTuneEpochs: 5, batch: 64),
            seed: seed, threads: 2, options: CompressionOptions(scalesPerChannel: perChannel))
        let (float, rounded, trained) = (
            try accuracy("none", builder), try accuracy("int8", builder), try accuracy("int8-qat", builder)
        )
        lost += float - rounded
        left += float - trained
        print(
            "scales per \(perChannel ? "channel" : "tensor"), seed \(seed): "
                + "float32 \(float), int8 \(rounded), int8-qat \(trained)")
    }
    print("mean loss: int8 \(lost / 3), int8-qat \(left / 3)")
}
