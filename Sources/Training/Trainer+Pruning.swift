import Foundation
import Kernels
import ModelGraph

extension Trainer {
    /// Constants with a mark and what to make of it.
    private var prunedParameters: [Parameter] {
        tape.parameters.filter { $0.isTrained && $0.sparsity != .dense }
    }

    /// Where weights may be non-zero at the start: where they are; for regrowing, where as many as the mark says are largest
    /// (of weights not trained yet, at random places).
    func loadMask() {
        guard let mask = mask?.block else { return }
        mask.fill(1)
        for parameter in prunedParameters {
            let weights = parameters.block.part(parameter.offset, parameter.count)
            let flags = mask.part(parameter.offset, parameter.count)
            for i in 0..<parameter.count where weights[i] == 0 { flags[i] = 0 }
            if case .regrowing = recipe.pruning { keepLargestWeights(parameter, share: 1) }
        }
        parameters.block.part(0, mask.count).multiply(by: mask)
    }

    /// Moves zeros where the schedule has a change at this step; uses the gradient of all weights, zeros included.
    func changeStructure() {
        guard let pruning = recipe.pruning, let mask = mask?.block else { return }
        let progress = Double(step) / Double(steps)
        switch pruning {
        case .gradual(let begin, let end, let interval):
            let isLast = Double(step + 1) / Double(steps) > end && progress <= end
            guard progress >= begin, progress <= end, step % interval == 0 || isLast || step + 1 == steps
            else {
                return
            }
            let share = isLast || step + 1 == steps ? 1 : (progress - begin) / (end - begin)
            for parameter in prunedParameters { keepLargestWeights(parameter, share: 1 - pow(1 - share, 3)) }
        case .regrowing(let fraction, let end, let interval):
            guard step > 0, step % interval == 0, progress < end else { return }
            let share = Double(fraction) / 2 * (1 + cos(.pi * progress / end))
            for parameter in prunedParameters { regrow(parameter, share: share) }
        }
        for block in [parameters.block, first.block, second?.block].compactMap({ $0 }) {
            block.part(0, mask.count).multiply(by: mask)
        }
    }

    private func keepLargestWeights(_ parameter: Parameter, share: Double) {
        guard let mask else { return }
        let magnitudes = parameters.block.part(parameter.offset, parameter.count).array.map(abs)
        parameter.sparsity.keepLargest(
            magnitudes, at: share, in: mask.block.part(parameter.offset, parameter.count))
    }

    /// Drops `share` of the living weights, smallest first, and revives as many dead ones, largest gradient first.
    ///
    /// Patterns stay where they are: within a group there is nothing to choose that both rules respect.
    private func regrow(_ parameter: Parameter, share: Double) {
        guard let mask, case .unstructured = parameter.sparsity else { return }
        let flags = mask.block.part(parameter.offset, parameter.count)
        let weights = parameters.block.part(parameter.offset, parameter.count).array.map(abs)
        let slopes = shards[0].gradients.block.part(parameter.offset, parameter.count).array.map(abs)
        let places = Array(0..<parameter.count)
        let living = places.filter { flags[$0] != 0 }.sorted { (weights[$0], $0) < (weights[$1], $1) }
        let dead = places.filter { flags[$0] == 0 }.sorted { (-slopes[$0], $0) < (-slopes[$1], $1) }
        let count = min(Int(share * Double(living.count)), dead.count)
        for place in living.prefix(count) { flags[place] = 0 }
        for place in dead.prefix(count) { flags[place] = 1 }
    }
}

extension Sparsity {
    /// Sets flags to 1 for the largest scores and to 0 for the others, `share` of the way from dense to this sparsity.
    ///
    /// Of equal scores the earlier stay.
    fileprivate func keepLargest(_ scores: [Float], at share: Double, in flags: FloatBlock) {
        switch self {
        case .dense: flags.fill(1)
        case .unstructured(let nonZeros):
            keep(Sparsity.between(scores.count, nonZeros, share), of: Array(scores.indices), scores, flags)
        case .pattern(let kept, let group):
            for start in stride(from: 0, to: scores.count, by: group) {
                let members = Array(start..<min(start + group, scores.count))
                keep(Sparsity.between(group, kept, share), of: members, scores, flags)
            }
        }
    }

    private static func between(_ all: Int, _ few: Int, _ share: Double) -> Int {
        all - Int((Double(all - few) * share).rounded())
    }

    private func keep(_ count: Int, of places: [Int], _ scores: [Float], _ flags: FloatBlock) {
        let order = places.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
        for (rank, place) in order.enumerated() { flags[place] = rank < count ? 1 : 0 }
    }
}
