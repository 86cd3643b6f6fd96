/// The place of a trial among others: its front, and how much room it has there.
struct Rank: Comparable {
    /// 0 = not dominated.
    var front: Int
    /// Larger is lonelier, and preferred.
    var crowding: Double
    /// Decides ties, the earlier trial first.
    var index: Int

    static func < (a: Rank, b: Rank) -> Bool {
        (a.front, -a.crowding, a.index) < (b.front, -b.crowding, b.index)
    }
}

extension Problem {
    /// The `count` best trials, best first.
    ///
    /// A trial is as good as the device that likes it most: its front is the lowest over the devices, so that
    /// a constraint on one device hides nothing on another. On one device feasible trials come first, by
    /// non-dominated sorting; then the others by how much they break (Deb's constrained domination); failures
    /// last.
    func best(_ count: Int, of history: [Trial]) -> [Trial] {
        bestIndices(count, of: history).map { history[$0] }
    }

    /// Their positions in the history, best first.
    func bestIndices(_ count: Int, of history: [Trial]) -> [Int] {
        var ranks = history.indices.map { Rank(front: .max, crowding: 0, index: $0) }
        for target in guidingTargets {
            for rank in self.ranks(of: history, on: target, best: count) {
                ranks[rank.index] = min(ranks[rank.index], rank)
            }
        }
        return ranks.sorted().prefix(count).map(\.index)
    }

    private func ranks(of history: [Trial], on target: Target, best count: Int) -> [Rank] {
        var feasible: [(index: Int, point: [Double])] = []
        var infeasible: [(index: Int, violation: Double)] = []
        for (index, trial) in history.enumerated() {
            guard let point = target.objectives(of: trial.evaluation) else { continue }
            let violation = violation(of: trial.evaluation, on: target)
            if violation == 0 {
                feasible.append((index, point))
            } else {
                infeasible.append((index, violation))
            }
        }
        var ranks: [Rank] = []
        let fronts = nonDominatedFronts(feasible.map(\.point), until: count)
        for (number, front) in fronts.enumerated() {
            let crowding = crowdingDistances(front.map { feasible[$0].point })
            ranks += zip(front, crowding).map { Rank(front: number, crowding: $1, index: feasible[$0].index) }
        }
        let ordered = infeasible.sorted { ($0.violation, $0.index) < ($1.violation, $1.index) }
        ranks += ordered.enumerated().map { Rank(front: fronts.count + $0, crowding: 0, index: $1.index) }
        return ranks
    }
}
