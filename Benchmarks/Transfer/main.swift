// What a network trained on some classes is worth for other classes with few samples:
//
//     transfer (digits | IDX-FOLDER) [SAMPLES-A-CLASS] [EPOCHS] [SEEDS] [BACKBONE-EPOCHS] [RATE]
//
// A network of `tiny-image` is trained on digits 0–4. Parts of it (`space: {from: …}`) are trained on so many samples of each of
// the digits 5–9, and so are the same networks from random weights; both are tested on all other samples of 5–9.

import Candidates
import Datasets
import Determinism
import Foundation
import ModelCompression
import ModelGraph
import ONNXFormat
import Search
import SearchSpaces
import Training
import YAMLReader

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: transfer (digits | IDX-FOLDER) [SAMPLES-A-CLASS] [EPOCHS] [SEEDS] [BACKBONE-EPOCHS] [RATE]")
    exit(2)
}
func number(_ place: Int, _ usual: Double) -> Double {
    arguments.count > place ? Double(arguments[place]) ?? usual : usual
}
let isDigits = arguments[1] == "digits"
let (samplesPerClass, epochs) = (Int(number(2, 20)), number(3, 60))
let (seeds, backboneEpochs) = (Int(number(4, 3)), number(5, isDigits ? 30 : 2))
let all = try Dataset(
    isDigits ? DatasetRequest(source: .digits) : DatasetRequest(source: .idx, path: arguments[1]))
let augmentation = Augmentation.image(shift: isDigits ? 1 : 2)

/// The samples of five digits, of each at most so many.
func digits(_ first: Int, atMost most: Int = .max, seed: UInt64 = 0) -> [Int] {
    guard case .classes(let labels, _) = all.target else { return [] }
    var random = RandomStream(seed: seed, .bootstrap)
    var counts = [Int](repeating: 0, count: 10)
    return random.permutation(all.count).filter { sample in
        let label = Int(labels[sample])
        guard label >= first, label < first + 5, counts[label] < most else { return false }
        counts[label] += 1
        return true
    }
}

/// The digits from `first` on as a data set of its own, labelled from 0.
///
/// Of each class `training` are trained on, two more are for validation, and all others for the test. `normalization` is what a
/// backbone was trained with; nil fits one.
func prepared(
    _ first: Int, training: Int, seed: UInt64, normalization: Normalization? = nil
) throws -> PreparedData {
    let known = digits(first, atMost: training + 2, seed: seed)
    let rest = Set(digits(first)).subtracting(known).sorted()
    let samples = known + rest
    guard case .classes(let labels, _) = all.target else { throw TrainingError.data("there are no classes") }
    var values = [Float](repeating: 0, count: samples.count * all.sampleSize)
    var span = values.mutableSpan
    BatchReader(all, normalization: .identity).fill(samples, into: &span)
    let part = Dataset(
        name: "digits from \(first)", sampleShape: all.sampleShape, storage: .bytes(values.map { UInt8($0) }),
        target: .classes(
            samples.map { labels[$0] - Int32(first) }, names: (0..<5).map { "\(first + $0)" }),
        officialTest: known.count..<samples.count)
    return try PreparedData(
        part,
        rules: SplitRules(validation: .fraction(10 / Double(samples.count)), test: .official, seed: seed),
        augmentation: augmentation, normalization: normalization)
}

func testAccuracy(_ builder: CandidateBuilder, _ point: Genotype) throws -> Double {
    let judge = Judge(data: builder.data, threads: 2)
    let network = try builder.build(point)
    print(
        "  accuracy on what it was trained on:",
        judge.task.value(of: try judge.predictions(of: network, on: builder.data.split.train)))
    return try judge.validateAndTest(network).quality.testAccuracy ?? 0
}

let family = try SearchSpace(contentsOf: "search-spaces/tiny-image.yaml")
let point = try family.genotype(
    architecture: "stem_k3_s\(isDigits ? 1 : 2)_w24|inverted_k3_e4_w32_d2|inverted_k3_e4_w48_d2|skip|head_w64"
)

let first = try prepared(0, training: isDigits ? 150 : 5000, seed: 0)
let backboneBuilder = CandidateBuilder(
    space: family, data: first, settings: TrainingSettings(epochs: backboneEpochs), seed: 1, threads: 2)
let backbone = try backboneBuilder.build(point)
print("the backbone on its own digits 0–4:", try testAccuracy(backboneBuilder, point))
// As users have it: written to a file and read back.
let file = FileManager.default.temporaryDirectory.appending(path: "transfer-\(getpid()).onnx")
try Data(ONNXModel.write(backbone)).write(to: file)
let imported = try ONNXModel.read(path: file.path).graph.orderedChannels(by: .l2)
try FileManager.default.removeItem(at: file)
let space = try SearchSpace(
    backbone: imported, name: "backbone",
    choices: YAMLNode(parsing: "{width: [0.5, 1], depth: [0.5, 1]}", file: "choices"),
    compression: GivenCompression(precision: ["float32"], pruning: ["none"]))

var settings = TrainingSettings(epochs: epochs, batch: 20)
var sums = [Double](repeating: 0, count: 3)
for seed in 1...UInt64(seeds) {
    let data = try prepared(5, training: samplesPerClass, seed: seed)
    let scratch = CandidateBuilder(space: family, data: data, settings: settings, seed: seed, threads: 2)
    if arguments.count > 6 { settings.learningRate = number(6, 0.01) }
    let same = try prepared(5, training: samplesPerClass, seed: seed, normalization: first.normalization)
    let grown = CandidateBuilder(space: space, data: same, settings: settings, seed: seed, threads: 2)
    settings.learningRate = nil
    let results = [
        try testAccuracy(scratch, point), try testAccuracy(grown, space.largest),
        try testAccuracy(grown, space.smallest),
    ]
    for place in results.indices { sums[place] += results[place] }
    print(
        "seed \(seed), \(data.split.train.count) samples trained on, \(data.split.test.count) tested: from random weights "
            + "\(results[0]), from the backbone \(results[1]), from its smallest part \(results[2])")
}
let means = sums.map { $0 / Double(seeds) }
print(
    "means: from random weights \(means[0]), from the backbone \(means[1]), from its smallest part \(means[2])"
)
