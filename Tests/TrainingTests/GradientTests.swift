import Determinism
import Kernels
import ModelGraph
import Testing
import Training

@Suite("Gradients agree with central differences")
struct GradientTests {
    @Test("every operation on every instruction set", arguments: GradientCase.all, TrainingKernels.available)
    func agrees(_ example: GradientCase, _ kernels: TrainingKernels) throws {
        let graph = try example.graph().initialized(seed: 3).spread()
        let probe = try GradientProbe(
            graph, rows: example.shape[0], kernels: kernels, isTraining: example.isTraining)
        let input = [Float](repeating: 0, count: example.shape.reduce(1, *))
        var random = RandomStream(seed: 5, .calibration)
        _ = probe.run(input)
        let coefficients = (0..<probe.outputCount).map { _ in random.uniform() * 2 - 1 }
        let gradients = probe.gradients(coefficients: coefficients)
        func objective() -> Double {
            zip(probe.run(input), coefficients).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let step: Float = 1.0 / 256
        let middle = objective()
        var worst = 0.0
        for (constant, entry) in probe.constants.enumerated() {
            for element in 0..<entry.count {
                probe.nudge(constant, element, by: step)
                let above = objective()
                probe.nudge(constant, element, by: -2 * step)
                let below = objective()
                probe.nudge(constant, element, by: step)
                let slopes = [(middle - below) / Double(step), (above - middle) / Double(step)]
                worst = max(worst, error(of: Double(gradients[constant][element]), slopes))
            }
        }
        #expect(worst < 6e-3, "\(example.name)")
    }

    /// Distance to the central difference; at a kink (of a ReLU, of a maximum), where the one-sided slopes differ, any
    /// slope between them is right.
    private func error(of gradient: Double, _ slopes: [Double]) -> Double {
        guard gradient.isFinite else { return .infinity }
        let (lower, upper, central) = (
            min(slopes[0], slopes[1]), max(slopes[0], slopes[1]), (slopes[0] + slopes[1]) / 2
        )
        let isKink = upper - lower > 0.02 * (1 + abs(central))
        let distance = isKink ? max(lower - gradient, gradient - upper, 0) : abs(gradient - central)
        return distance / (1 + abs(central))
    }
}

extension Graph {
    /// Gives every constant distinct values a few steps of a difference apart, so that few kinks lie between nudged points.
    func spread() -> Graph {
        var graph = self
        for index in values.indices {
            guard let constant = values[index].constant, case .float32(let old) = constant.tensor.storage
            else { continue }
            var random = RandomStream(seed: 11, .calibration, UInt64(index))
            let places = random.permutation(old.count)
            let isVariance = values[index].name == "variance"
            let values = places.map { place in
                let value = (Float(place) + 0.53) / Float(old.count) * 3 - 1.5
                return isVariance ? abs(value) + 0.5 : value
            }
            graph.values[index].constant = Constant(Tensor(constant.tensor.shape, values))
        }
        return graph
    }
}
