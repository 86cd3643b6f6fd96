// How well networks that inherit shared weights are ranked, against the same networks trained alone:
//
//     weight-sharing (digits | IDX-FOLDER) STATE-FOLDER [EPOCHS] [ALONE-EPOCHS] [GROUPS] [CANDIDATES] [TUNING-EPOCHS]
//     weight-sharing inherit (digits | IDX-FOLDER) STATE-FOLDER [EPOCHS] [ALONE-EPOCHS] [BATCHES] [CANDIDATES] \
//         [ROOT-PATIENCE] [CHILD-RATE]
//
// The second form compares candidates that inherit from earlier ones with the same candidates trained equally long from random
// weights, and both with long trainings. Of the first:
//
// Groups hold networks within ±10 % of one number of multiply-accumulate operations. What is done is kept in the state
// folder, and a run that was stopped goes on from there. The first line is the training of the super-network, then follow
// one line a network, Kendall's τ inside the groups and over all, and how many int8 networks are scored a second: networks
// drawn at random, and of those the ones with about a million operations.

import Candidates
import Datasets
import Foundation
import SearchSpaces
import Training

let isInheritance = CommandLine.arguments.dropFirst().first == "inherit"
let arguments = isInheritance ? Array(CommandLine.arguments.dropFirst()) : CommandLine.arguments
guard arguments.count > 2 else {
    print(
        "usage: weight-sharing [inherit] (digits | IDX-FOLDER) STATE-FOLDER [EPOCHS] [ALONE-EPOCHS] [GROUPS] [CANDIDATES] [TUNING-EPOCHS]"
    )
    exit(2)
}
func number(_ place: Int, _ usual: Double) -> Double {
    arguments.count > place ? Double(arguments[place]) ?? usual : usual
}
let isDigits = arguments[1] == "digits"
let (epochs, aloneEpochs) = (number(3, isDigits ? 400 : 10), number(4, isDigits ? 20 : 3))
let (groupCount, perGroup) = (Int(number(5, 2)), Int(number(6, 8)))

let space = try SearchSpace(contentsOf: "search-spaces/tiny-image.yaml")
let data = try PreparedData(
    Dataset(
        isDigits ? DatasetRequest(source: .digits) : DatasetRequest(source: .idx, path: arguments[1])),
    rules: SplitRules(
        validation: .fraction(isDigits ? 0.2 : 2000.0 / 70_000), test: isDigits ? .fraction(0.05) : .official,
        seed: 3),
    augmentation: .image(shift: isDigits ? 1 : 2))
let judge = Judge(data: data, threads: 2)
let records = try Records(folder: arguments[2])

if isInheritance {
    var recipe = InheritedNetworks.Recipe()
    (recipe.rootPatience, recipe.childRate) = (number(7, recipe.rootPatience), number(8, recipe.childRate))
    try InheritanceStudy(
        space: space, data: data, judge: judge, records: records, epochs: number(3, isDigits ? 2 : 0.3),
        aloneEpochs: aloneEpochs, recipe: recipe
    ).run(batches: Int(number(5, 4)), of: Int(number(6, 8)))
    exit(0)
}

let superNetwork = SuperNetwork(
    space: space, data: data, epochs: epochs, settings: TrainingSettings(epochs: 0), seed: 1)
let shared = try trainedWeights(of: superNetwork, in: records)
let study = Study(
    space: space, data: data, judge: judge, shared: shared, aloneEpochs: aloneEpochs,
    tuningEpochs: number(7, isDigits ? 3 : 0.2))

var all: [Comparison] = []
for (index, group) in study.groups(groupCount, of: perGroup).enumerated() {
    var members: [Comparison] = []
    for point in group {
        let comparison = try study.compare(point, in: records)
        members.append(comparison)
        let scores = Judgement.allCases.map { "\($0.rawValue) \(comparison.scores[$0] ?? 0)" }
        print(
            "group \(index) trained", comparison.trained, scores.joined(separator: ", "),
            space.architecture(of: point))
    }
    print("group \(index):", Agreement(members))
    all += members
}
print("all:", Agreement(all))
for sizes in [0...Int.max, 750_000...1_250_000] {
    guard let speed = try study.scoringSpeed(40, sizes: sizes) else { continue }
    print(
        "int8 candidates scored a second on \(data.split.validation.count) samples:", speed.perSecond,
        "of \(speed.macs) MACs and accuracy \(speed.accuracy) on average")
}
