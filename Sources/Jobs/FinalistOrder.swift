import Search

/// In which order finalists are trained, and which of them the time suffices for.
///
/// Where the time is limited, the most wanted are first: whenever it ends, the front is as good as those trained make it.
struct FinalistOrder {
    fileprivate struct Waiting {
        let candidate: Evaluation
        /// What it was expected to take before any was trained.
        let planned: Double
    }

    private var waiting: [Waiting]
    private let clock: TimeKeeper
    private let width: Double
    /// Seconds that each finalist takes on this computer once all are trained.
    private let measuring: Double
    /// By candidate, of those that are being trained.
    private var begun: [String: Double] = [:]
    /// Trainings that are done, and the seconds that they took and were expected to take.
    private var known = 0
    private var taken = 0.0
    private var expected = 0.0

    /// - Parameters:
    ///   - candidates: the most wanted first, with the seconds that each is expected to take.
    ///   - width: how many are trained at a time.
    ///   - measuring: seconds for timing a finalist on this computer.
    init(
        _ candidates: [(candidate: Evaluation, seconds: Double)], clock: TimeKeeper, width: Int,
        measuring: Double
    ) {
        self.clock = clock
        self.width = Double(width)
        self.measuring = measuring
        waiting = candidates.map { Waiting(candidate: $0.candidate, planned: $0.seconds) }
        let (first, others) = divided
        waiting = (clock.end == nil ? first.longestFirst : first) + others
    }

    /// The candidates of several devices, those that are most wanted on each of them first; none twice.
    static func interleaved(_ devices: [[Evaluation]]) -> [Evaluation] {
        var seen: Set<String> = []
        let longest = devices.map(\.count).max() ?? 0
        return (0..<longest).flatMap { place in
            devices.compactMap { place < $0.count ? $0[place] : nil }
        }.filter { seen.insert($0.candidate).inserted }
    }

    /// Those that fit into the time together, the most wanted first, and the others.
    private var divided: (fitting: [Waiting], others: [Waiting]) {
        guard let left = secondsLeft else { return (waiting, []) }
        var rest = left * width
        var (fitting, others): ([Waiting], [Waiting]) = ([], [])
        for candidate in waiting {
            let seconds = seconds(of: candidate)
            if seconds <= left, seconds <= rest {
                rest -= seconds
                fitting.append(candidate)
            } else {
                others.append(candidate)
            }
        }
        return (fitting, others)
    }

    /// The next to be trained; nil where the time suffices for none.
    mutating func next() -> Evaluation? {
        let left = secondsLeft ?? .infinity
        guard let index = waiting.firstIndex(where: { seconds(of: $0) <= left }) else { return nil }
        let next = waiting.remove(at: index)
        begun[next.candidate.candidate] = next.planned
        return next.candidate
    }

    /// Takes in what a training took, so that later ones are expected to take as much longer.
    mutating func learn(_ candidate: String, seconds: Double) {
        known += 1
        taken += seconds
        expected += begun.removeValue(forKey: candidate) ?? 0
    }

    /// Until the end, less what measurements need; nil where the time is not limited.
    private var secondsLeft: Double? {
        clock.end.map { ($0 - .now) / .seconds(1) - Double(known + begun.count) * measuring }
    }

    private func seconds(of candidate: Waiting) -> Double {
        let ratio = expected > 0 ? min(max(taken / expected, 0.3), 5) : 1
        return candidate.planned * ratio + measuring
    }
}

extension [FinalistOrder.Waiting] {
    /// So that no core waits long for the last of them.
    fileprivate var longestFirst: Self {
        sorted {
            ($0.planned, $0.candidate.macs ?? 0, $0.candidate.candidate) > (
                $1.planned, $1.candidate.macs ?? 0, $1.candidate.candidate
            )
        }
    }
}
