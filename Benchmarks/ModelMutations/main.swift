import Determinism
import Engine
import Foundation
import ModelGraph
import ONNXFormat
import ReaderMutations
import TFLiteFormat

/// `model-mutations FOLDER [COUNT] [SEED] [FIRST]`: damaged copies of the ONNX and TFLite files in a folder and below, read, prepared, run
/// and written again.
///
/// Every outcome but an answer or a refusal ends the program, whose last line says at which mutant it was.
let arguments = CommandLine.arguments.dropFirst()
guard let folder = arguments.first else {
    print("model-mutations FOLDER [COUNT] [SEED] [FIRST]")
    exit(2)
}
let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let seed = arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 1
let first = arguments.dropFirst(3).first.flatMap { Int($0) } ?? 0
let models = try SeedModel.all(in: folder, atMost: 256 << 10)
guard !models.isEmpty else {
    print("\(folder): holds no .onnx or .tflite file of at most 256 KiB")
    exit(2)
}
var tally = Tally()
let begun = ContinuousClock.now
for number in first..<first + count {
    var random = RandomStream(seed: seed, .mutation, UInt64(number))
    let model = models[random.index(below: models.count)]
    let start = ContinuousClock.now
    tally.add(model.outcome(of: Mutation.damage(model.bytes, using: &random)))
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if seconds > 5 { print("mutant \(number) of \(model.name) took \(seconds) s") }
    if number % 1000 == 999 {
        print("\(number + 1): \(tally), \(ContinuousClock.now - begun), \(Tally.peakMebibytes) MiB")
        fflush(nil)
    }
}
print("\(count) mutants of \(models.count) files: \(tally), at most \(Tally.peakMebibytes) MiB")
