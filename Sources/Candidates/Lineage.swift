import ModelGraph
public import Search
public import SearchSpaces

/// An earlier candidate of a job whose trained network others begin from.
public struct Ancestor: Hashable, Sendable, Codable {
    /// In the space's own encoding.
    public let architecture: String
    /// What of its compression decided how it was trained: `distill(…)`, or `none`.
    public let lesson: String

    /// An ancestor by its architecture and the lesson of its training.
    public init(architecture: String, lesson: String) {
        self.architecture = architecture
        self.lesson = lesson
    }
}

/// Which candidates of a job inherit weights from which.
///
/// A candidate's parent is the nearest one of all complete batches before its own: the one that differs in the fewest
/// choices of the architecture, and of those the best one. So the history alone decides, however many candidates are trained at a
/// time, and whatever was interrupted. Points of one architecture share one network, which is trained once.
public struct Lineage: Sendable {
    private struct Member: Sendable {
        let ancestor: Ancestor
        /// Choices of the architecture, in normal form.
        let choices: [UInt8]
        /// The place of its parent; nil for one that began from random weights.
        let parent: Int?
        let batch: Int
        let goodness: Double
    }

    private let space: SearchSpace
    private let batchSize: Int
    private let architecture: [Int]
    private var members: [Member] = []
    private var places: [Ancestor: Int] = [:]

    /// An empty history of a job that proposes `batchSize` candidates at a time.
    public init(_ space: SearchSpace, batchSize: Int) {
        precondition(batchSize > 0, "a batch holds at least one candidate")
        self.space = space
        self.batchSize = batchSize
        architecture = space.dimensions.indices.filter { space.dimensions[$0].role == .architecture }
    }

    /// Takes in trials in the order of their proposals; those known already, and those without a proposal, are left out.
    public mutating func add(_ trials: [Trial]) {
        for trial in trials {
            guard let proposal = trial.evaluation.proposal, let quality = trial.evaluation.quality else {
                continue
            }
            let ancestor = ancestor(trial.genotype)
            guard places[ancestor] == nil else { continue }
            let batch = proposal / batchSize
            let choices = choices(of: trial.genotype)
            places[ancestor] = members.count
            members.append(
                Member(
                    ancestor: ancestor, choices: choices, parent: nearest(to: choices, before: batch),
                    batch: batch, goodness: quality.accuracy))
        }
    }

    /// Those whose networks lead to that of a point which is proposed next, the first one first; none for one that begins from
    /// random weights.
    public func ancestors(of genotype: Genotype) -> [Ancestor] {
        var next: Int?
        if let place = places[ancestor(genotype)] {
            next = members[place].parent
        } else {
            next = nearest(to: choices(of: genotype), before: .max)
        }
        var chain: [Ancestor] = []
        while let place = next {
            chain.append(members[place].ancestor)
            next = members[place].parent
        }
        return chain.reversed()
    }

    private func nearest(to choices: [UInt8], before batch: Int) -> Int? {
        var best: (place: Int, distance: Int)?
        for (place, member) in members.enumerated() where member.batch < batch {
            let distance = zip(member.choices, choices).count { $0 != $1 }
            guard let known = best else {
                best = (place, distance)
                continue
            }
            let isBetter =
                distance == known.distance && member.goodness > members[known.place].goodness
            if distance < known.distance || isBetter { best = (place, distance) }
        }
        return best?.place
    }

    private func choices(of genotype: Genotype) -> [UInt8] {
        let normal = space.normalForm(genotype)
        return architecture.map { normal.choices[$0] }
    }

    private func ancestor(_ genotype: Genotype) -> Ancestor { space.ancestor(genotype) }
}

extension SearchSpace {
    /// What a point's training before its compression depends on.
    func ancestor(_ genotype: Genotype) -> Ancestor {
        let steps = (try? pipeline(of: genotype).steps) ?? []
        let lesson = steps.first { if case .distill = $0 { true } else { false } }
        return Ancestor(architecture: architecture(of: genotype), lesson: lesson?.description ?? "none")
    }
}
