/// What trials are worth on the guiding targets of a problem, read once, for a strategy looks at a long history several times.
struct TrialValues {
    /// One a guiding target, in their order.
    let targets: [OnTarget]
    let errors: KnownErrors
    /// How many trials there are.
    let count: Int

    struct OnTarget {
        let target: Target
        /// Positions of the trials that the device can have within the limits, and their minimised objectives.
        private(set) var feasible: [Int] = []
        private(set) var points: [[Double]] = []
        /// The other trials, and how far they are from feasible.
        private(set) var infeasible: [(index: Int, violation: Double)] = []

        init(_ target: Target) { self.target = target }

        fileprivate mutating func add(_ index: Int, _ evaluation: Evaluation, in problem: Problem) {
            guard let point = target.objectives(of: evaluation) else { return }
            let violation = problem.violation(of: evaluation, on: target)
            if violation == 0 {
                feasible.append(index)
                points.append(point)
            } else {
                infeasible.append((index, violation))
            }
        }
    }

    init(_ history: [Trial], in problem: Problem) {
        var targets = problem.guidingTargets.map(OnTarget.init)
        var qualities: [Quality] = []
        for index in history.indices {
            let evaluation = history[index].evaluation
            if let quality = evaluation.quality { qualities.append(quality) }
            for place in targets.indices { targets[place].add(index, evaluation, in: problem) }
        }
        self.targets = targets
        errors = KnownErrors(qualities)
        count = history.count
    }

    /// The positions of the `count` best trials, best first, and for each target the points of its front.
    ///
    /// A trial is as good as the device that likes it most: its front is the lowest over the devices, so that
    /// a constraint on one device hides nothing on another. On one device feasible trials come first, by
    /// non-dominated sorting; then the others by how much they break (Deb's constrained domination); failures
    /// last.
    func ranked(_ count: Int) -> (best: [Int], fronts: [[[Double]]]) {
        var ranks = (0..<self.count).map { Rank(front: .max, crowding: 0, index: $0) }
        var first: [[[Double]]] = []
        for target in targets {
            let fronts = nonDominatedFronts(target.points, until: count)
            first.append(fronts.first?.map { target.points[$0] } ?? [])
            for rank in target.ranks(by: fronts) { ranks[rank.index] = min(ranks[rank.index], rank) }
        }
        return (ranks.sorted().prefix(count).map(\.index), first)
    }
}

extension TrialValues.OnTarget {
    fileprivate func ranks(by fronts: [[Int]]) -> [Rank] {
        var ranks: [Rank] = []
        for (number, front) in fronts.enumerated() {
            let crowding = crowdingDistances(front.map { points[$0] })
            ranks += zip(front, crowding).map { Rank(front: number, crowding: $1, index: feasible[$0]) }
        }
        let ordered = infeasible.sorted { ($0.violation, $0.index) < ($1.violation, $1.index) }
        return ranks
            + ordered.enumerated().map { Rank(front: fronts.count + $0, crowding: 0, index: $1.index) }
    }
}

extension Problem {
    /// The `count` best trials, best first; see `TrialValues.ranked(_:)`.
    func best(_ count: Int, of history: [Trial]) -> [Trial] {
        TrialValues(history, in: self).ranked(count).best.map { history[$0] }
    }
}
