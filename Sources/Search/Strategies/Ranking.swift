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
