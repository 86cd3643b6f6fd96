import Candidates
import Quantities
import SearchSpaces

extension JobSchedule {
    /// The chosen lengths as keys of a job file with their values.
    package var entries: [(key: LengthKey, text: String)] {
        chosen.compactMap { key in current.text(of: key).map { (key, $0) } }
    }
}

extension PreparedJob {
    /// What the job is going to do, and the lines of a job file that make it do the same elsewhere.
    package var summary: String {
        let lengths = schedule.current
        let isCutByTime = schedule.time != nil && schedule.chosen.contains(.evaluations)
        var parts = lengths.superEpochs.map { ["a super-network" + words(of: $0)] } ?? []
        parts.append(
            (isCutByTime ? "up to " : "") + "\(lengths.evaluations) evaluations" + words(of: lengths.epochs))
        if case .training = work, let finalists = lengths.finalists, finalists > 0 {
            parts.append("up to \(finalists) finalists a device" + words(of: lengths.finalEpochs))
        }
        let time = job.search.maxSeconds.map { " in \(Human.duration($0))" } ?? ""
        let lines = lengths.lines(of: schedule.chosen)
        let keys = lines.isEmpty ? "" : "; the same elsewhere:\n  " + lines.joined(separator: "\n  ")
        return "plan: \(parts.joined(separator: ", "))\(time)\(keys)"
    }

    private func words(of epochs: Double) -> String {
        guard epochs > 0, case .training = work else { return "" }
        return " of \(Human.number(epochs)) epoch\(epochs == 1 ? "" : "s")"
    }

    /// Seconds on this computer, `width` candidates at a time: of one evaluation, of the search and of the finalists.
    package func expectedSeconds(
        _ training: TrainingWork, width: Int
    ) throws -> (evaluation: Double, search: Double, finalists: Double) {
        let speed =
            try schedule.time?.speed
            ?? job.builder(training, job.searchSettings).measureSpeed(seconds: 0.5)
        let choice = try LengthChoice(job, training)
        let evaluation = choice.meanSeconds(epochs: schedule.lengths.epochs, speed)
        let final = choice.meanSeconds(epochs: schedule.current.finalEpochs, speed)
        let cores = Double(width)
        let count = Double(min(UInt128(schedule.lengths.evaluations), job.space.count))
        let finalists = Double(job.finalists.choice.countPerDevice * job.devices.count)
        let share = schedule.time.map { (search: $0.seconds * $0.searchShare, all: $0.seconds) }
        return (
            evaluation, min(count * evaluation / cores, share?.search ?? .infinity),
            min(finalists * final / cores, share.map { $0.all - $0.search } ?? .infinity)
        )
    }
}
