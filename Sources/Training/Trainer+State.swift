import Kernels
public import ModelGraph

extension Trainer {
    /// The graph with the constants as they are now.
    public var network: Graph {
        var result = graph
        for parameter in tape.parameters where parameter.role != .fixed {
            let values = parameters.block.part(parameter.offset, parameter.count).array
            let sparsity = graph[parameter.value].constant?.sparsity ?? .dense
            result[parameter.value].constant = Constant(
                Tensor(graph[parameter.value].type.shape, values), sparsity: sparsity)
        }
        return result
    }

    /// What a later trainer of the same graph, data and recipe needs to go on exactly from here.
    public var state: TrainingState {
        TrainingState(
            step: step, parameters: parameters.block.array, first: first.block.array,
            second: second?.block.array ?? [], mask: mask?.block.array ?? [], initialLoss: initialLoss,
            epochLoss: epochTotals.loss, epochCorrect: epochTotals.correct, history: history)
    }

    /// Goes on from a saved state.
    ///
    /// - Throws: `TrainingError.state` where the state is of another network or recipe.
    public func resume(from state: TrainingState) throws(TrainingError) {
        guard state.step <= schedule.steps, state.parameters.count == parameters.block.count,
            state.first.count == first.block.count, state.second.count == second?.block.count ?? 0,
            state.mask.count == mask?.block.count ?? 0
        else { throw .state("it belongs to another network or recipe") }
        step = state.step
        parameters.block.copy(from: state.parameters)
        first.block.copy(from: state.first)
        second?.block.copy(from: state.second)
        mask?.block.copy(from: state.mask)
        initialLoss = state.initialLoss
        epochTotals = LossTotals(loss: state.epochLoss, correct: state.epochCorrect)
        history = state.history
    }
}
