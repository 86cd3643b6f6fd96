import Datasets
import Determinism
import Candidates
import Foundation
import ModelGraph
import Search
import SearchSpaces
import Training

// How a super-network learns: swift run -c release weight-sharing IDX-FOLDER [STEPS] [RATE]

let arguments = CommandLine.arguments
let folder = arguments[1]
let steps = arguments.count > 2 ? Int(arguments[2])! : 600
let rate = arguments.count > 3 ? Float(arguments[3])! : 0.1
let space = try SearchSpace(contentsOf: "search-spaces/tiny-image.yaml")
let data = try PreparedData(
    Dataset(DatasetRequest(source: .idx, path: folder)),
    rules: SplitRules(validation: .fraction(0.1), test: .official, seed: 3), augmentation: .image(shift: 1))
let judge = Judge(data: data, metric: .accuracy, threads: 2)
var recipe = SuperRecipe(steps: steps)
recipe.learningRate = rate
recipe.seed = 1
struct Fixed: SandwichSource { let graphs: [Graph]; func networks(step: Int) -> [Graph] { graphs } }
let mode = arguments.count > 4 ? arguments[4] : "space"
let fixed = try ["a": [space.smallest], "b": [space.largest, space.smallest], "c": [space.largest, space.largest], "d": [space.genotype(architecture: "stem_k5_s1_w24|conv_k5_w32_d2|conv_k5_w48_d3|skip|head_w128"), space.genotype(architecture: "stem_k5_s1_w24|conv_k5_w16_d2|conv_k5_w32_d2|skip|head_w64")]][mode]?.map { try space.graph(of: space.uncompressed($0), input: data.input) }
let clock = ContinuousClock()
var begin = clock.now
let sandwiches: any SandwichSource = if let fixed { Fixed(graphs: fixed) } else { try SpaceSandwiches(space, input: data.input, seed: 1) }
let trainer = try SuperTrainer(
    try SharedWeights(of: space, input: data.input, seed: 1),
    sandwiches: sandwiches, on: data.trainingSource(seed: 1),
    recipe: recipe, threads: 2)
for entry in trainer.weights.entries { let part = trainer.weights.values[entry.offset..<entry.offset + entry.shape.elementCount]; if part.allSatisfy({ $0 == 0 }), !entry.name.hasSuffix("mean"), !entry.name.hasSuffix("offset"), !entry.name.hasSuffix("bias") { print("zero", entry.name, entry.shape) } }
for point in space.covering.prefix(6) { print(space.architecture(of: point)) }
print("shared floats", trainer.weights.values.count)
while !trainer.isFinished {
    let loss = try trainer.takeStep()
    if trainer.step % max(1, steps / 20) == 0 {
        print(trainer.step, "loss", loss, "s", (clock.now - begin) / .seconds(1))
    }
}
let weights = trainer.weights
var random = RandomStream(seed: 5, .bootstrap)
if fixed != nil { exit(0) }
let points = [space.largest, space.smallest] + (0..<4).map { _ in space.sample(using: &random) }
let slice = Array(data.split.slice.prefix(1024))
for point in points {
    begin = clock.now
    let genotype = space.uncompressed(point)
    let graph = try weights.inherited(by: space.graph(of: genotype, input: data.input))
    let settled = try graph.withStatistics(of: data.statisticsSource, rows: Array(0..<slice.count), batch: 128)
    let t1 = clock.now
    let quality = try judge.validate(settled.foldingBatchNormalization())
    print(space.architecture(of: genotype), graph.counts.macs, quality.accuracy, "stat ms", (t1 - begin) / .milliseconds(1), "judge ms", (clock.now - t1) / .milliseconds(1))
}
