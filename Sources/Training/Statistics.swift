public import Kernels
public import ModelGraph

extension Graph {
    /// The graph with means and variances of its normalisations taken from samples, weights unchanged.
    ///
    /// Each batch is normalised by its own statistics, as in training, and means and variances are averaged over batches.
    /// A network that inherits shared weights, or lost channels, needs that before it can be judged.
    /// - Parameters:
    ///   - rows: the samples of `source`, a whole number of batches; what is left over is not read.
    ///   - batch: samples whose statistics belong together.
    /// - Throws: `TrainingError` where the network cannot be run by the training rules or there is no whole batch.
    public func withStatistics(
        of source: any BatchSource, rows: [Int], batch: Int = 128, kernels: TrainingKernels = .best
    ) throws(TrainingError) -> Graph {
        let batches = rows.count / batch
        guard batches > 0 else { throw .data("statistics need \(batch) samples, there are \(rows.count)") }
        let tape = try Tape(self, rows: batch, kernels: kernels, hasGradients: false)
        guard !tape.normalizations.isEmpty else { return self }
        let memory = ForwardMemory(tape)
        try tape.load(self, into: memory.parameters.block)
        var sums = [Double](repeating: 0, count: tape.sizes.statistics)
        for index in 0..<batches {
            let pass = memory.pass(kernels, step: index)
            pass[tape.input].withMutableSpan {
                source.fill(&$0, rows: Array(rows[index * batch..<(index + 1) * batch]).span, epoch: 0)
            }
            tape.forward(pass)
            for place in sums.indices { sums[place] += Double(memory.statistics.block[place]) }
        }
        return settingStatistics(sums.map { $0 / Double(batches) }, of: tape)
    }

    private func settingStatistics(_ means: [Double], of tape: Tape) -> Graph {
        var result = self
        let parameters = Dictionary(uniqueKeysWithValues: tape.parameters.map { ($0.offset, $0.value) })
        for normalization in tape.normalizations {
            let (offset, channels) = (normalization.statistics.offset, normalization.mean.count)
            let unbiased = Double(normalization.rows) / Double(max(normalization.rows - 1, 1))
            let mean = means[offset..<offset + channels].map { Float($0) }
            let variance = means[offset + channels..<offset + 2 * channels].map { Float($0 * unbiased) }
            for (slot, values) in [(normalization.mean, mean), (normalization.variance, variance)] {
                guard let value = parameters[slot.offset] else { continue }
                result[value].constant = Constant(Tensor(self[value].type.shape, values))
            }
        }
        return result
    }
}

/// What a network needs to run forward under the training rules.
private struct ForwardMemory {
    let activations, scratch, parameters, statistics, none: FloatArena

    init(_ tape: Tape) {
        activations = FloatArena(tape.sizes.activations)
        scratch = FloatArena(tape.sizes.scratch)
        parameters = FloatArena(tape.sizes.parameters)
        statistics = FloatArena(tape.sizes.statistics)
        none = FloatArena(0)
    }

    func pass(_ kernels: TrainingKernels, step: Int) -> Pass {
        Pass(
            kernels: kernels, activations: activations.block, gradients: none.block, scratch: scratch.block,
            parameters: parameters.block, parameterGradients: none.block, statistics: statistics.block,
            isTraining: true, seed: 0, candidate: 0, step: UInt64(step), shard: 0)
    }
}
