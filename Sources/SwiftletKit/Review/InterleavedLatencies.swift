import Candidates
import Engine
import Numerics

/// Latencies of several plans on this computer, which take short turns.
///
/// Two plans are compared within each round: what disturbs the computer for longer than that disturbs both alike.
struct InterleavedLatencies {
    /// For each plan its milliseconds in each round; none where there is no plan.
    private let times: [[Double]]

    init(_ plans: [Plan?], rounds: Int = 25) {
        var times = [[Double]](repeating: [], count: plans.count)
        for _ in 0..<rounds {
            for (index, plan) in plans.enumerated() {
                if let plan { times[index].append(measureLatency(of: plan, seconds: 0.02).median) }
            }
        }
        self.times = times
    }

    /// Milliseconds that a plan takes; nil where there is none.
    func median(of plan: Int) -> Double? { times[plan].median }

    /// How many times as long as another a plan takes; nil where there is none.
    func ratio(of plan: Int, to other: Int) -> Double? {
        zip(times[plan], times[other]).map { $0 / $1 }.median
    }
}
