import Determinism
import Dispatch
import Kernels
import Synchronization

extension Trainer {
    /// Takes one step; returns a report where it ends an epoch or the run.
    ///
    /// - Throws: `TrainingError.diverged` where the loss or the gradient is not finite any more or the loss exploded.
    @discardableResult
    public func takeStep() throws(TrainingError) -> EpochReport? {
        shuffle()
        runShards()
        let totals = try collectTotals()
        sumGradients()
        changeStructure()
        let norm = try gradientNorm()
        updateWeights(gradientNorm: norm)
        trackStatistics()
        epochTotals.loss += totals.loss
        epochTotals.correct += totals.correct
        step += 1
        return step % schedule.stepsPerEpoch == 0 || isFinished ? finishEpoch() : nil
    }

    func shuffle() {
        guard orderEpoch != epoch else { return }
        orderEpoch = epoch
        var random = RandomStream(seed: recipe.seed, .shuffle, candidate, UInt64(epoch))
        order = random.permutation(source.count)
        while order.count < recipe.batch { order += random.permutation(source.count) }
    }

    func runShards() {
        guard workers.count > 1 else {
            for shard in shards.indices { run(shard, on: workers[0]) }
            return
        }
        let next = Atomic<Int>(0)
        // SAFETY: each shard is taken by one thread, each worker belongs to one thread, and everything else is only
        // read until concurrentPerform returns.
        nonisolated(unsafe) let trainer = self
        DispatchQueue.concurrentPerform(iterations: workers.count) { worker in
            while true {
                let shard = next.add(1, ordering: .relaxed).oldValue
                guard shard < trainer.shards.count else { return }
                trainer.run(shard, on: trainer.workers[worker])
            }
        }
    }

    private func run(_ index: Int, on worker: WorkerMemory) {
        let shard = shards[index]
        let pass = pass(index, shard, worker)
        let start = step % schedule.stepsPerEpoch * recipe.batch + index * tape.rows
        let rows = order[start..<start + tape.rows]
        pass[tape.input].withMutableSpan { source.fill(&$0, rows: rows.span, epoch: epoch) }
        mixing?.blend(pass[tape.input], rows: tape.rows, pass)
        shard.gradients.block.fill(0)
        tape.forward(pass)
        shard.totals = LossTotals()
        let answer = teacherNetwork?.answer(to: pass[tape.input], in: worker)
        let answers = answers(to: pass[tape.input], in: worker)
        let loss = RowLoss(
            share: 1 / Float(recipe.batch), labelSmoothing: recipe.labelSmoothing,
            classWeights: recipe.classWeights, distillation: recipe.distillation)
        for row in 0..<tape.rows {
            let mixture = Mixture(row, of: rows, mixing, pass)
            score(row, mixture, pass, loss, answer?.logits ?? answers, worker, &shard.totals)
        }
        if let answer { matchFeatures(pass, answer.pass, worker, &shard.totals) }
        tape.backward(pass)
    }

    /// What a teacher that is no network says about the samples; nil where there is none.
    private func answers(to inputs: FloatBlock, in worker: WorkerMemory) -> FloatBlock? {
        guard case .rows(let teacher) = teacher else { return nil }
        worker.answers.block.withMutableSpan { answers in
            inputs.withMutableSpan { teacher.answer($0.span, into: &answers) }
        }
        return worker.answers.block
    }

    private func pass(_ index: Int, _ shard: ShardMemory, _ worker: WorkerMemory) -> Pass {
        Pass(
            kernels: kernels, activations: worker.activations.block, gradients: worker.gradients.block,
            scratch: worker.scratch.block, parameters: parameters.block,
            parameterGradients: shard.gradients.block,
            statistics: shard.statistics.block, isTraining: true, renormalization: renormalization,
            seed: recipe.seed, candidate: candidate,
            step: UInt64(step), shard: UInt64(index))
    }

    private func score(
        _ row: Int, _ mixture: Mixture, _ pass: Pass, _ loss: RowLoss, _ teacherLogits: FloatBlock?,
        _ worker: WorkerMemory,
        _ totals: inout LossTotals
    ) {
        let width = outputsPerRow
        let outputs = pass[tape.output.value].part(row * width, width)
        let gradient = pass[tape.output.gradient].part(row * width, width)
        switch recipe.loss {
        case .meanSquaredError:
            loss.regress(
                outputs, target: target(mixture, width, worker),
                teacher: teacherLogits?.part(row * width, width),
                gradient: gradient, into: &totals)
        case .crossEntropy:
            var soft = teacherLogits?.part(row * width, width)
            if case .logits(let values) = teacher {
                soft = worker.target.block.part(0, width)
                for c in 0..<width { worker.target.block[c] = values[mixture.sample * width + c] }
            }
            loss.classify(
                outputs, label: source.label(mixture.sample),
                other: mixture.other.map { (source.label($0), 1 - mixture.share) }, teacher: soft,
                gradient: gradient, into: &totals)
        }
    }

    /// The numbers that a row is to give, blended as the row is.
    private func target(_ mixture: Mixture, _ width: Int, _ worker: WorkerMemory) -> FloatBlock {
        let (target, other) = (worker.target.block.part(0, width), worker.target.block.part(width, width))
        target.withMutableSpan { source.fillTarget(&$0, row: mixture.sample) }
        guard let second = mixture.other else { return target }
        other.withMutableSpan { source.fillTarget(&$0, row: second) }
        for i in 0..<width { target[i] = mixture.share * target[i] + (1 - mixture.share) * other[i] }
        return target
    }

    private func matchFeatures(
        _ pass: Pass, _ teacherPass: Pass, _ worker: WorkerMemory, _ totals: inout LossTotals
    ) {
        guard let attention, let teacherTape = teacherNetwork?.tape else { return }
        for (index, pair) in attention.pairs.enumerated() {
            let (own, goal) = (tape.observed[index], teacherTape.observed[index])
            let (width, goalWidth) = (own.value.count / tape.rows, goal.value.count / tape.rows)
            for row in 0..<tape.rows {
                let loss = attention.match(
                    pass[own.value].part(row * width, width),
                    teacherPass[goal.value].part(row * goalWidth, goalWidth), positions: pair.positions,
                    share: 1 / Float(recipe.batch), gradient: pass[own.gradient].part(row * width, width),
                    scratch: worker.maps.block)
                totals.loss += Double(loss)
            }
        }
    }

    private func collectTotals() throws(TrainingError) -> LossTotals {
        var totals = LossTotals()
        for shard in shards {
            totals.loss += shard.totals.loss
            totals.correct += shard.totals.correct
        }
        let mean = totals.loss / Double(recipe.batch)
        guard mean.isFinite else { throw diverged("the loss is not finite") }
        let first = initialLoss ?? mean
        initialLoss = first
        guard mean <= 20 * (first + 1) else {
            func short(_ loss: Double) -> Double { (100 * loss).rounded() / 100 }
            throw diverged("the loss rose from \(short(first)) to \(short(mean))")
        }
        return totals
    }

    func diverged(_ detail: String) -> TrainingError {
        .diverged(epoch: epoch, step: step % schedule.stepsPerEpoch, detail: detail)
    }

    /// Adds the shards' gradients into the first shard's, in order.
    func sumGradients() {
        let total = shards[0].gradients.block
        for shard in shards.dropFirst() {
            kernels.scale(shard.gradients.block, by: 1, into: total, accumulating: true)
        }
    }

    /// The global norm of the gradient of weights that may change.
    private func gradientNorm() throws(TrainingError) -> Double {
        let total = shards[0].gradients.block
        if let mask { total.multiply(by: mask.block) }
        let norm = total.sumOfSquares.squareRoot()
        guard norm.isFinite else { throw diverged("the gradient is not finite") }
        return norm
    }

    private func updateWeights(gradientNorm: Double) {
        let limit = recipe.clip.map(Double.init) ?? .infinity
        let scale = gradientNorm > limit ? Float(limit / gradientNorm) : 1
        for parameter in tape.parameters where parameter.isTrained {
            let update = WeightUpdate(
                learningRate: schedule.learningRate(at: step),
                decay: parameter.role == .weight ? recipe.weightDecay : 0, gradientScale: scale)
            apply(update, to: parameter)
        }
        if let mask { parameters.block.part(0, mask.block.count).multiply(by: mask.block) }
    }

    private func apply(_ update: WeightUpdate, to parameter: Parameter) {
        func part(_ arena: FloatArena) -> FloatBlock { arena.block.part(parameter.offset, parameter.count) }
        switch recipe.optimizer {
        case .sgd(let momentum):
            update.momentum(
                momentum, weights: part(parameters), gradient: part(shards[0].gradients),
                velocity: part(first))
        case .adamW(let beta1, let beta2):
            guard let second else { return }
            update.adamW(
                beta1: beta1, beta2: beta2, step: step + 1, weights: part(parameters),
                gradient: part(shards[0].gradients), first: part(first), second: part(second))
        }
    }

    /// How far normalisations go by the running statistics: not at all, but for the last part of the training of a network
    /// with binary values, at first a little and then wholly.
    ///
    /// Where much of an image is one constant, its binary values turn together as a batch's mean lies on one side of it or the
    /// other, and later layers are normalised for either; thus the network learns what it will be when deployed.
    private var renormalization: Float {
        guard hasSigns else { return 0 }
        return min(max((Float(step) / Float(steps) - 0.7) / 0.2, 0), 1)
    }

    /// Running statistics follow the mean over shards; the first steps average all so far.
    private func trackStatistics() {
        let momentum = max(recipe.statisticsMomentum, 1 / Float(step + 1))
        for normalization in tape.normalizations {
            let channels = normalization.mean.count
            let unbiased = Float(normalization.rows) / Float(max(normalization.rows - 1, 1))
            let mean = parameters.block.part(normalization.mean.offset, channels)
            let variance = parameters.block.part(normalization.variance.offset, channels)
            for c in 0..<channels {
                var (meanSum, varianceSum) = (Float(0), Float(0))
                for shard in shards {
                    meanSum += shard.statistics.block[normalization.statistics.offset + c]
                    varianceSum += shard.statistics.block[normalization.statistics.offset + channels + c]
                }
                let share = 1 / Float(shards.count)
                mean[c] += momentum * (meanSum * share - mean[c])
                variance[c] += momentum * (varianceSum * share * unbiased - variance[c])
            }
        }
    }

    private func finishEpoch() -> EpochReport {
        let taken = (step - 1) % schedule.stepsPerEpoch + 1
        let samples = Double(taken * recipe.batch)
        let report = EpochReport(
            epoch: schedule.epoch(of: step - 1), loss: epochTotals.loss / samples,
            accuracy: Double(epochTotals.correct) / samples, learningRate: schedule.learningRate(at: step - 1)
        )
        epochTotals = LossTotals()
        history.append(report)
        return report
    }
}

/// The samples that a row was made of.
private struct Mixture {
    let sample: Int
    /// Blended into it; nil for none.
    let other: Int?
    /// Of `sample`, 1 where it stands alone.
    let share: Float

    init(_ row: Int, of rows: ArraySlice<Int>, _ mixing: MixUp?, _ pass: Pass) {
        sample = rows[rows.startIndex + row]
        guard let mixing else {
            (other, share) = (nil, 1)
            return
        }
        other = rows[rows.startIndex + mixing.partner(of: row, rows: rows.count)]
        share = mixing.share(of: row, rows: rows.count, pass)
    }
}
