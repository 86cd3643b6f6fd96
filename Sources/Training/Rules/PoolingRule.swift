import Kernels

/// Pooling: the maximum sends its gradient to the winner (the first of equals), the average to all alike.
struct PoolingRule: Rule {
    let input: Operand
    let result: Result
    let pooling: TrainingPooling
    let kind: Kind

    enum Kind: Sendable {
        /// Remembers which element won.
        case maximum(chosen: PassArray)
        case average(countsPadding: Bool)
    }

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        switch kind {
        case .maximum(let chosen): pooling.maximum(x, into: y, chosen: pass[chosen])
        case .average(let countsPadding): pooling.average(x, countsPadding: countsPadding, into: y)
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (dy, dx) = (pass[result.gradient], pass[slot])
        input.clearGradient(pass)
        switch kind {
        case .maximum(let chosen): pooling.maximumBackward(dy, chosen: pass[chosen], into: dx)
        case .average(let countsPadding): pooling.averageBackward(dy, countsPadding: countsPadding, into: dx)
        }
    }
}
