extension Target {
    /// The candidates worth training to the end: the most accurate of the front, then those that add most
    /// hypervolume.
    ///
    /// Give evaluations of one fidelity; returns at most `count`, fewer where the front is smaller.
    public func finalists(_ count: Int, from evaluations: [Evaluation]) -> [Evaluation] {
        var pool = front(of: evaluations).sorted {
            ($1.quality?.accuracy ?? 0, $0.candidate) < ($0.quality?.accuracy ?? 0, $1.candidate)
        }
        var chosen: [Evaluation] = []
        while chosen.count < count, !pool.isEmpty {
            let volumes = pool.map { hypervolume(of: chosen + [$0]) }
            let best = chosen.isEmpty ? 0 : pool.indices.max { (volumes[$0], -$0) < (volumes[$1], -$1) } ?? 0
            chosen.append(pool.remove(at: best))
        }
        return chosen
    }
}
