import Kernels
import ModelGraph

/// A teacher ready to answer for a shard's rows.
struct TeacherNetwork {
    let tape: Tape
    private let parameters: FloatArena
    private let kernels: TrainingKernels

    init(
        _ graph: Graph, rows: Int, kernels: TrainingKernels, observing features: [ValueID]
    ) throws(TrainingError) {
        tape = try Tape(graph, rows: rows, kernels: kernels, observing: features)
        parameters = FloatArena(tape.sizes.parameters)
        self.kernels = kernels
        try tape.load(graph, into: parameters.block)
    }

    /// The teacher's logits and features for these inputs, in the worker's memory.
    func answer(to inputs: FloatBlock, in worker: WorkerMemory) -> TeacherAnswer? {
        guard let memory = worker.teacher else { return nil }
        let pass = Pass(
            kernels: kernels, activations: memory.activations.block,
            gradients: memory.activations.block.part(0, 0),
            scratch: memory.scratch.block, parameters: parameters.block,
            parameterGradients: memory.activations.block.part(0, 0), statistics: memory.statistics.block,
            isTraining: false, seed: 0, candidate: 0, step: 0, shard: 0)
        pass[tape.input].copy(from: inputs)
        tape.forward(pass)
        return TeacherAnswer(logits: pass[tape.output.value], pass: pass)
    }
}

/// What a teacher says about a shard's rows.
struct TeacherAnswer {
    let logits: FloatBlock
    /// Where its features are.
    let pass: Pass
}

extension Tape {
    /// Copies the graph's constants to where the rules read them.
    ///
    /// - Throws: where a constant's elements are unknown.
    func load(_ graph: Graph, into block: FloatBlock) throws(TrainingError) {
        for parameter in parameters {
            let index = parameter.value.index
            let constant = index < firstAdded ? graph[parameter.value].constant : added[index - firstAdded]
            guard let values = constant?.tensor.floats else {
                throw .unsupported(
                    node: graph.name,
                    detail: "constant '\(parameter.name)' has no values; initialise the graph first")
            }
            block.part(parameter.offset, parameter.count).copy(from: values)
        }
    }
}
