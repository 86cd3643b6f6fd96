package import Candidates

/// The lengths of a job, and the time that they were chosen for.
package struct JobSchedule: Hashable, Sendable {
    package var lengths: JobLengths
    /// The lengths that the job file leaves open, in the order of the keys.
    package let chosen: [LengthKey]
    /// Nil where the job's time is not limited, or nothing is trained.
    package var time: TimePlan?
    /// Passes in which finalists are trained, settled when the search was done; nil before, and where the file sets them.
    package var settledEpochs: Double?

    package init(
        lengths: JobLengths, chosen: [LengthKey], time: TimePlan?, settledEpochs: Double? = nil
    ) {
        self.lengths = lengths
        self.chosen = chosen
        self.time = time
        self.settledEpochs = settledEpochs
    }
}

/// How a limited time is divided.
package struct TimePlan: Hashable, Sendable {
    /// For everything, in seconds: the limit that lengths were chosen for.
    package var seconds: Double
    /// The part of what is left after the beginning that the search may take; the finalists get the rest.
    package let searchShare: Double
    package let speed: TrainingSpeed
}

extension JobSchedule {
    /// The lengths with what was settled since.
    package var current: JobLengths {
        var lengths = lengths
        lengths.finalEpochs = settledEpochs ?? lengths.finalEpochs
        return lengths
    }

    private enum TimeKey: String {
        case seconds = "time.seconds"
        case share = "time.search_share"
        case sampleFixed = "time.sample_seconds"
        case samplePerOperation = "time.sample_seconds_per_mac"
        case restFixed = "time.candidate_seconds"
        case restPerOperation = "time.candidate_seconds_per_mac"
    }

    private static let settledKey = "finalists.settled_epochs"

    /// What the database keeps.
    package var stored: [String: String] {
        var texts: [String: String] = [:]
        for key in chosen { texts[key.rawValue] = lengths.text(of: key) }
        texts[JobSchedule.settledKey] = settledEpochs?.description
        if let time {
            let numbers: [(TimeKey, Double)] = [
                (.seconds, time.seconds), (.share, time.searchShare),
                (.sampleFixed, time.speed.sample.fixed),
                (.samplePerOperation, time.speed.sample.perOperation),
                (.restFixed, time.speed.rest.fixed), (.restPerOperation, time.speed.rest.perOperation),
            ]
            for (key, value) in numbers { texts[key.rawValue] = value.description }
        }
        return texts
    }

    /// - Parameters:
    ///   - stored: what the database kept.
    ///   - lengths: what holds for keys that it does not name.
    ///   - open: the keys that the job file leaves open.
    init(stored: [String: String], lengths: JobLengths, open: [LengthKey]) {
        var lengths = lengths
        for key in open {
            if let text = stored[key.rawValue] { lengths.set(key, text) }
        }
        func number(_ key: TimeKey) -> Double? { stored[key.rawValue].flatMap(Double.init) }
        var time: TimePlan?
        if let seconds = number(.seconds), let share = number(.share) {
            time = TimePlan(
                seconds: seconds, searchShare: share,
                speed: TrainingSpeed(
                    sample: .init(
                        fixed: number(.sampleFixed) ?? 0, perOperation: number(.samplePerOperation) ?? 0),
                    rest: .init(fixed: number(.restFixed) ?? 0, perOperation: number(.restPerOperation) ?? 0))
            )
        }
        self.init(
            lengths: lengths, chosen: open, time: time,
            settledEpochs: stored[JobSchedule.settledKey].flatMap(Double.init))
    }
}
