import Kernels

/// What one shard of a batch produces: gradients, batch statistics and its share of the loss.
final class ShardMemory {
    let gradients, statistics: FloatArena
    var totals = LossTotals()

    init(_ sizes: Tape.Sizes) {
        gradients = FloatArena(sizes.trainedParameters)
        statistics = FloatArena(sizes.statistics)
    }
}

/// What one thread works in, whichever shard it runs.
final class WorkerMemory {
    let activations, gradients, scratch, target, maps: FloatArena
    /// What a teacher that is no network, or answers part by part, says about the rows of a shard.
    let answers: FloatArena
    let teacher: (activations: FloatArena, scratch: FloatArena, statistics: FloatArena)?

    init(_ sizes: Tape.Sizes, targetCount: Int, mapCount: Int, answerCount: Int = 0, teacher: Tape.Sizes?) {
        activations = FloatArena(sizes.activations)
        gradients = FloatArena(sizes.gradients)
        scratch = FloatArena(sizes.scratch)
        target = FloatArena(targetCount)
        maps = FloatArena(mapCount)
        answers = FloatArena(answerCount)
        self.teacher = teacher.map {
            (FloatArena($0.activations), FloatArena($0.scratch), FloatArena($0.statistics))
        }
    }
}
