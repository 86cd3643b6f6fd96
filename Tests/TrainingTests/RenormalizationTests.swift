import Determinism
import Kernels
import ModelGraph
import Testing
import Training

@Suite("Batch renormalisation")
struct RenormalizationTests {
    private static let example = GradientCase.normalizations[0]
    private static let channels = example.shape[3]

    /// A pass of this strength, or one of the deployed network, and its gradients by the constants' names; `x` is what is normalised.
    private static func probe(
        _ kernels: TrainingKernels, isTraining: Bool = true, strength: Float = 0
    ) throws -> (outputs: [Float], gradients: [String: [Float]]) {
        let graph = try example.graph().initialized(seed: 3).spread()
        let probe = try GradientProbe(
            graph, rows: example.shape[0], kernels: kernels, isTraining: isTraining, renormalization: strength
        )
        let outputs = probe.run([Float](repeating: 0, count: example.shape.reduce(1, *)))
        var random = RandomStream(seed: 5, .calibration)
        let gradients = probe.gradients(coefficients: outputs.map { _ in random.uniform() * 2 - 1 })
        let names = probe.constants.map { graph[$0.value].name }
        return (outputs, Dictionary(uniqueKeysWithValues: zip(names, gradients)))
    }

    @Test(
        "At full strength a training pass gives what the deployed network gives",
        arguments: TrainingKernels.available)
    func equalsDeployed(kernels: TrainingKernels) throws {
        let (plain, renormalized) = (try Self.probe(kernels), try Self.probe(kernels, strength: 1))
        let deployed = try Self.probe(kernels, isTraining: false)
        #expect(distance(renormalized.outputs, deployed.outputs) < 1e-4)
        #expect(distance(plain.outputs, deployed.outputs) > 0.1)
    }

    @Test("What it corrects by counts as constant", arguments: TrainingKernels.available)
    func gradients(kernels: TrainingKernels) throws {
        let (plain, renormalized) = (try Self.probe(kernels), try Self.probe(kernels, strength: 1))
        let deployed = try Self.probe(kernels, isTraining: false)
        let (before, after) = (try #require(plain.gradients["x"]), try #require(renormalized.gradients["x"]))
        for channel in 0..<Self.channels {
            let places = stride(from: channel, to: before.count, by: Self.channels)
            // One factor for all elements of a channel: the ratio of the deviations.
            let widths = [plain, renormalized].map { run in
                let values = places.map { run.outputs[$0] }
                return (values.max() ?? 0) - (values.min() ?? 0)
            }
            for place in places {
                #expect(abs(after[place] - before[place] * widths[1] / widths[0]) < 1e-4)
            }
        }
        #expect(renormalized.gradients["offset"] == plain.gradients["offset"])
        let slopes = (
            try #require(renormalized.gradients["scale"]), try #require(deployed.gradients["scale"])
        )
        #expect(distance(slopes.0, slopes.1) < 1e-3)
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }
}
