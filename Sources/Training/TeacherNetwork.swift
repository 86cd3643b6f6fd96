import Kernels
import ModelGraph

/// A teacher ready to answer for a shard's rows.
struct TeacherNetwork {
    /// Of a part of the rows: a large teacher answers for some after the others, which changes no bit of its answers.
    let tape: Tape
    /// Into how many parts a shard's rows are cut.
    let parts: Int
    private let parameters: FloatArena
    private let kernels: TrainingKernels

    init(
        _ graph: Graph, rows: Int, kernels: TrainingKernels, observing features: [ValueID]
    ) throws(TrainingError) {
        var parts = 1
        var tape = try Tape(graph, rows: rows, kernels: kernels, observing: features)
        // Features are compared over all rows of a shard.
        while features.isEmpty, tape.sizes.passBytes > Trainer.largestPass, rows / parts % 2 == 0 {
            parts *= 2
            tape = try Tape(graph, rows: rows / parts, kernels: kernels, observing: features)
        }
        (self.tape, self.parts) = (tape, parts)
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
        let (input, logits) = (pass[tape.input], pass[tape.output.value])
        guard parts > 1 else {
            input.copy(from: inputs)
            tape.forward(pass)
            return TeacherAnswer(logits: logits, pass: pass)
        }
        for part in 0..<parts {
            input.copy(from: inputs.part(part * input.count, input.count))
            tape.forward(pass)
            worker.answers.block.part(part * logits.count, logits.count).copy(from: logits)
        }
        return TeacherAnswer(logits: worker.answers.block.part(0, parts * logits.count), pass: pass)
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
