import Candidates
import Search

/// How much longer trainings take than the plan expected, by what those of the search took.
///
/// The plan knows multiply-accumulates only: networks of the same count differ, and so may this computer from when its
/// speed was measured. A finalist is expected to be as much longer as its own training during the search was.
package struct Pace: Sendable {
    private let ratios: [String: Double]
    private let usual: Double

    /// A pace as planned.
    package init() { (ratios, usual) = ([:], 1) }

    /// - Parameter trainings: by candidate, seconds that trainings took and were expected to take, the latest last.
    package init(_ trainings: [(candidate: String, taken: Double, expected: Double)]) {
        let all = trainings.filter { $0.expected >= Pace.shortest && $0.taken > 0 }.map {
            (candidate: $0.candidate, ratio: $0.taken / $0.expected)
        }
        let latest = all.suffix(Pace.latest).map(\.ratio).sorted()
        let usual = latest.isEmpty ? 1 : latest[latest.count / 2]
        // What another candidate had trained already took no time, and one that waited for a teacher much.
        let own = all.map { ($0.candidate, min(max($0.ratio, usual / Pace.spread), usual * Pace.spread)) }
        ratios = Dictionary(own) { _, last in last }
        self.usual = usual
    }

    /// Seconds below which a training says nothing: what it takes to begin one would look like a slow computer.
    private static let shortest = 0.1
    /// So many trainings say how fast this computer is now.
    private static let latest = 30
    private static let spread = 2.0

    /// What the expected seconds of a candidate's training are to be multiplied by.
    package subscript(candidate: String) -> Double { ratios[candidate] ?? usual }
}
