// Training speed: samples a second, forward, backward and SGD step, batch 128, one JSON line a network.
// usage: training-benchmark [threads] [steps] [float32 | bfloat16] [network]

import Determinism
import Foundation
import Kernels
import ModelGraph
import Training

let threads = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2
let steps = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 12
let precision = CommandLine.arguments.dropFirst(3).first ?? "float32"
let only = CommandLine.arguments.dropFirst(4).first
let batch = 128

/// Processor seconds this process has used, all threads together: steady where other programs run beside.
func processorSeconds() -> Double {
    var usage = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usage)
    return Double(usage.tv_sec) + Double(usage.tv_nsec) * 1e-9
}

func noise(_ network: BenchmarkNetwork) -> ArraySource {
    var random = RandomStream(seed: 1, .measurement)
    let size = network.sampleShape.reduce(1, *)
    return ArraySource(
        sampleShape: network.sampleShape, samples: (0..<batch * size).map { _ in random.uniform() * 2 - 1 },
        labels: (0..<batch).map { _ in random.index(below: network.classes) })
}

func measure(_ network: BenchmarkNetwork, with kernels: TrainingKernels) throws {
    let recipe = TrainingRecipe().with {
        $0.batch = batch
        $0.epochs = Double(steps + 2)
        $0.learningRate = 0.05
        $0.weightDecay = 1e-4
    }
    let trainer = try Trainer(
        network.graph.initialized(seed: 1), on: noise(network), recipe: recipe, threads: threads,
        kernels: kernels)
    for _ in 0..<2 { try trainer.takeStep() }
    var wall: [Double] = []
    var processor: [Double] = []
    for _ in 0..<steps {
        let clock = ContinuousClock.now
        let before = processorSeconds()
        try trainer.takeStep()
        processor.append(processorSeconds() - before)
        wall.append((ContinuousClock.now - clock) / .seconds(1))
    }
    wall.sort()
    processor.sort()
    print(
        "{\"net\": \"\(network.name)\", \"kernels\": \"\(kernels)\", \"threads\": \(threads), "
            + "\"samples_per_s\": \(Int(Double(batch) / wall[steps / 2])), "
            + "\"processor_ms_per_step\": \((processor[steps / 2] * 1e5).rounded() / 100)}")
}

guard let kernels = precision == "bfloat16" ? TrainingKernels.rounding : .best else {
    print("this processor has no AVX512-BF16")
    exit(1)
}
for network in [
    try BenchmarkNetwork.resNet8(), try BenchmarkNetwork.mobileNetV2(),
    try BenchmarkNetwork.depthwiseSeparable(),
] where only == nil || only == network.name {
    try measure(network, with: kernels)
}
