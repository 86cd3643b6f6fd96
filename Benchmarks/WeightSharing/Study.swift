import Candidates
import Datasets
import Determinism
import Foundation
import ModelGraph
import Search
import SearchSpaces
import Synchronization
import Training

/// One network judged in several ways.
struct Comparison {
    let macs: Int
    /// Accuracy after training alone.
    let trained: Double
    /// What else is said of it; more is better.
    let scores: [Judgement: Double]
}

/// A way to tell good networks from bad ones without training them to the end.
enum Judgement: String, CaseIterable {
    /// Accuracy and loss (with its sign turned) of inherited weights.
    case inherited, inheritedLoss
    /// The same after a short training from inherited weights.
    case tuned, tunedLoss
    /// The same after that training from random weights.
    case brief, briefLoss
    case macs, zeroCost
    /// Accuracy after training alone with another seed: the ceiling.
    case secondSeed
}

/// Kendall's τ of each judgement with the accuracy of the network trained alone.
struct Agreement: CustomStringConvertible {
    let scores: [(Judgement, Double)]

    init(_ members: [Comparison]) {
        let trained = members.map(\.trained)
        scores = Judgement.allCases.map { judgement in
            (judgement, Agreement.tau(members.map { $0.scores[judgement] ?? 0 }, trained))
        }
    }

    var description: String {
        "τ of "
            + scores.map { "\($0.rawValue) \(($1 * 100).rounded() / 100)" }.joined(separator: ", ")
    }

    /// Kendall's τ-b, which counts ties in neither sequence.
    static func tau(_ a: [Double], _ b: [Double]) -> Double {
        var (sum, first, second) = (0.0, 0.0, 0.0)
        for i in a.indices {
            for j in 0..<i {
                let (x, y) = ((a[i] - a[j]).direction, (b[i] - b[j]).direction)
                sum += x * y
                first += x * x
                second += y * y
            }
        }
        return first * second > 0 ? sum / (first * second).squareRoot() : 0
    }
}

extension Double {
    /// −1, 0 or 1.
    fileprivate var direction: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}

/// Compares what networks inherit with what they reach alone.
struct Study {
    let space: SearchSpace
    let data: PreparedData
    let judge: Judge
    let shared: SharedWeights
    /// Passes of networks trained alone, and of short trainings.
    let aloneEpochs, tuningEpochs: Double

    /// Networks drawn at random, in groups of nearly equal multiply-accumulate operations.
    func groups(_ count: Int, of size: Int) -> [[Genotype]] {
        var random = RandomStream(seed: 5, .bootstrap)
        var drawn: [(point: Genotype, macs: Int)] = []
        for _ in 0..<2000 {
            let point = space.uncompressed(space.sample(using: &random))
            guard !drawn.contains(where: { $0.point == point }),
                let graph = try? space.graph(of: point, input: data.input)
            else { continue }
            drawn.append((point, graph.counts.macs))
        }
        drawn.sort { $0.macs < $1.macs }
        return (0..<count).map { group in
            let middle = Double(drawn[(2 * group + 1) * drawn.count / (2 * count)].macs)
            let near = drawn.filter { abs(Double($0.macs) - middle) <= 0.1 * middle }
            return stride(from: 0, to: near.count, by: max(1, near.count / size)).prefix(size).map {
                near[$0].point
            }
        }
    }

    func compare(_ point: Genotype, in records: Records) throws -> Comparison {
        let name = space.architecture(of: point)
        let macs = try space.graph(of: point, input: data.input).counts.macs
        func trained(_ seed: UInt64) throws -> Double {
            try records.value(seed == 1 ? "trained/\(name)" : "trained\(seed)/\(name)") {
                try judge.validate(network(point, epochs: aloneEpochs, seed: seed)).accuracy
            }
        }
        var scores: [Judgement: Double] = [.macs: Double(macs), .zeroCost: try zeroCost(point)]
        let ways: [(Judgement, Judgement, SharedWeights?, Double)] = [
            (.inherited, .inheritedLoss, shared, 0), (.tuned, .tunedLoss, shared, tuningEpochs),
            (.brief, .briefLoss, nil, tuningEpochs),
        ]
        for (accuracy, loss, weights, epochs) in ways {
            let network = try network(point, epochs: epochs, seed: 1, shared: weights)
            scores[accuracy] = try judge.validate(network).accuracy
            scores[loss] = -(try self.loss(of: network))
        }
        scores[.secondSeed] = try trained(2)
        return Comparison(macs: macs, trained: try trained(1), scores: scores)
    }

    private func network(
        _ point: Genotype, epochs: Double, seed: UInt64, shared: SharedWeights? = nil
    ) throws -> Graph {
        try CandidateBuilder(
            space: space, data: data, settings: TrainingSettings(epochs: epochs), seed: seed, threads: 2,
            shared: shared
        ).build(point)
    }

    /// Mean cross-entropy on validation.
    private func loss(of network: Graph) throws -> Double {
        let predictions = try judge.predictions(of: network, on: data.split.validation)
        guard case .classes(_, let truth, let classCount, let logits) = predictions.answers else { return 0 }
        var sum = 0.0
        for (sample, label) in truth.enumerated() {
            let own = logits[sample * classCount..<(sample + 1) * classCount].map(Double.init)
            let most = own.max() ?? 0
            sum += most + log(own.reduce(0) { $0 + exp($1 - most) }) - own[label]
        }
        return sum / Double(max(truth.count, 1))
    }

    /// Σ|w·∂L/∂w| of one batch before any training (SNIP; Lee and others 2019).
    private func zeroCost(_ point: Genotype) throws -> Double {
        let graph = try space.graph(of: point, input: data.input).initialized(seed: 1)
        let recipe = TrainingRecipe().with { $0.epochs = 1 }
        guard
            let gradients = try lossGradients(
                of: graph, on: data.trainingSource(seed: 1), recipe: recipe, batches: 1
            ).first
        else { return 0 }
        var score = 0.0
        for value in gradients.keys.sorted(by: { $0.index < $1.index }) {
            guard let gradient = gradients[value], let weights = graph[value].constant?.tensor.floats else {
                continue
            }
            for (g, w) in zip(gradient, weights) { score += Double(abs(g * w)) }
        }
        return score
    }

    /// Int8 networks inherited, settled, calibrated and scored on validation in a second, two at a time; nil where the space has too
    /// few with so many multiply-accumulate operations.
    func scoringSpeed(_ count: Int, sizes: ClosedRange<Int>) throws -> ScoringSpeed? {
        let drawn = try points(count, sizes: sizes)
        guard drawn.points.count == count else { return nil }
        let builder = CandidateBuilder(
            space: space, data: data, settings: TrainingSettings(epochs: 0), seed: 1, shared: shared)
        let single = Judge(data: data, threads: 1)
        let begin = ContinuousClock.now
        let accuracies = Mutex([Double]())
        DispatchQueue.concurrentPerform(iterations: count) { place in
            guard let quality = try? single.validate(builder.build(drawn.points[place])) else { return }
            accuracies.withLock { $0.append(quality.accuracy) }
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let reached = accuracies.withLock { $0 }
        if reached.count < count { print(count - reached.count, "of \(count) candidates could not be built") }
        return ScoringSpeed(
            perSecond: Double(count) / seconds, macs: drawn.macs,
            accuracy: reached.sorted().reduce(0, +) / Double(max(reached.count, 1)))
    }

    /// Int8 networks drawn at random among those of a size, and their mean size.
    private func points(_ count: Int, sizes: ClosedRange<Int>) throws -> (points: [Genotype], macs: Int) {
        var random = RandomStream(seed: 6, .bootstrap)
        var (points, macs) = ([Genotype](), 0)
        for _ in 0..<100 * count where points.count < count {
            let point = space.sample(using: &random)
            let size = try space.graph(of: space.uncompressed(point), input: data.input).counts.macs
            guard sizes.contains(size) else { continue }
            points.append(
                try space.genotype(architecture: space.architecture(of: point), compression: "int8"))
            macs += size
        }
        return (points, macs / max(points.count, 1))
    }
}

/// How fast candidates are scored.
struct ScoringSpeed {
    let perSecond: Double
    /// Means of what was scored.
    let macs: Int
    let accuracy: Double
}
