package import Kernels
package import ModelGraph

/// The gradient of Σ coefficients · output with respect to every trained constant of a graph.
package struct GradientProbe {
    private let tape: Tape
    private let pass: Pass
    private let memory: [FloatArena]

    package init(
        _ graph: Graph, rows: Int, kernels: TrainingKernels, isTraining: Bool, renormalization: Float = 0
    ) throws(TrainingError) {
        tape = try Tape(graph, rows: rows, kernels: kernels)
        let sizes = tape.sizes
        memory = [
            sizes.activations, sizes.gradients, sizes.scratch, sizes.parameters, sizes.trainedParameters,
            sizes.statistics,
        ].map(FloatArena.init)
        pass = Pass(
            kernels: kernels, activations: memory[0].block, gradients: memory[1].block,
            scratch: memory[2].block,
            parameters: memory[3].block, parameterGradients: memory[4].block, statistics: memory[5].block,
            isTraining: isTraining, renormalization: renormalization, seed: 1, candidate: 2, step: 3, shard: 4
        )
        try tape.load(graph, into: memory[3].block)
    }

    /// The trained constants, and how many elements each has.
    package var constants: [(value: ValueID, count: Int)] {
        tape.parameters.filter(\.isTrained).map { ($0.value, $0.count) }
    }

    package var outputCount: Int { tape.output.value.count }

    package func run(_ input: [Float]) -> [Float] {
        pass[tape.input].copy(from: input)
        tape.forward(pass)
        return pass[tape.output.value].array
    }

    /// Adds `change` to one element of one constant.
    package func nudge(_ constant: Int, _ element: Int, by change: Float) {
        let parameter = tape.parameters.filter(\.isTrained)[constant]
        memory[3].block[parameter.offset + element] += change
    }

    /// After `run`: one array for each of `constants`.
    package func gradients(coefficients: [Float]) -> [[Float]] {
        memory[4].block.fill(0)
        // Whatever a rule fails to overwrite shows as NaN.
        memory[1].block.fill(.nan)
        pass[tape.output.gradient].copy(from: coefficients)
        tape.backward(pass)
        return tape.parameters.filter(\.isTrained).map { memory[4].block.part($0.offset, $0.count).array }
    }
}
