import Candidates
import Datasets
import Determinism
import Foundation
import ModelGraph
import Search
import SearchSpaces
import Training

// How a super-network learns, and how good networks are that inherit its weights:
// swift run -c release weight-sharing IDX-FOLDER [EPOCHS]

guard CommandLine.arguments.count > 1 else {
    print("usage: weight-sharing IDX-FOLDER [EPOCHS]")
    exit(2)
}
let epochs = CommandLine.arguments.dropFirst(2).first.flatMap(Double.init) ?? 1
let space = try SearchSpace(contentsOf: "search-spaces/tiny-image.yaml")
let data = try PreparedData(
    Dataset(DatasetRequest(source: .idx, path: CommandLine.arguments[1])),
    rules: SplitRules(validation: .fraction(0.1), test: .official, seed: 3), augmentation: .image(shift: 2))
let judge = Judge(data: data, threads: 2)
let settings = TrainingSettings(epochs: 0)
let trainer = try SuperNetwork(space: space, data: data, epochs: epochs, settings: settings, seed: 1)
    .trainer(threads: 2)

let begin = ContinuousClock.now
while !trainer.isFinished {
    let losses = try trainer.takeStep()
    if trainer.step % max(1, trainer.steps / 10) == 0 {
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        print(trainer.step, "steps", seconds, "s, losses of largest, drawn, small:", losses)
    }
}

let builder = CandidateBuilder(
    space: space, data: data, settings: settings, seed: 1, shared: trainer.weights)
var random = RandomStream(seed: 5, .bootstrap)
let drawn = (0..<20).map { _ in space.uncompressed(space.sample(using: &random)) }
for point in [space.uncompressed(space.largest), space.uncompressed(space.smallest)] + drawn {
    let started = ContinuousClock.now
    let network = try builder.build(point)
    let quality = try judge.validate(network)
    print(
        space.architecture(of: point), network.counts.macs, "MACs, accuracy", quality.accuracy,
        (ContinuousClock.now - started) / .milliseconds(1), "ms")
}
