import Jobs
import Quantities
import Reports
import Search
import Synchronization

/// What a running job has to say: phase, best so far, time left.
public struct JobProgress: Sendable {
    /// Such as `search` or `finish`; `warning` for what is suspicious.
    public let phase: String
    /// One line for people.
    public let text: String

    /// One report of a running job.
    public init(phase: String, text: String) {
        self.phase = phase
        self.text = text
    }
}

extension JobProgress {
    /// - Parameter scale: how the job's qualities are written.
    init(_ event: JobEvent, _ scale: QualityScale) {
        switch event {
        case .warning(let sentence): self.init(phase: "warning", text: "warning: \(sentence)")
        case .planned(let sentence): self.init(phase: "plan", text: sentence)
        case .timingHost(let network, let count):
            self.init(phase: "host", text: "timing this computer: network \(network) of \(count)")
        case .timingByRunner(let device, let network, let count, let isAgain):
            self.init(
                phase: "runner",
                text: "timing \(device)\(isAgain ? " again" : ""): network \(network) of \(count)")
        case .sharing(let step, let steps, let secondsLeft):
            let left = secondsLeft.map { "  about \(Human.duration($0)) left" } ?? ""
            self.init(phase: "super-network", text: "super-network  step \(step)/\(steps)\(left)")
        case .searching(let step):
            let failures = step.failed == 0 ? "" : "  \(step.failed) failed"
            self.init(
                phase: "search",
                text:
                    "search  \(step.evaluations)/\(step.total)\(scale.best(step.best))\(failures)  "
                    + "about \(Human.duration(step.secondsLeft)) left")
        case .finishing(let step):
            let left = step.secondsLeft.map { "  about \(Human.duration($0)) left" } ?? ""
            self.init(
                phase: "finish", text: "finalists  \(step.done)/\(step.total)\(scale.best(step.best))\(left)")
        case .trainingAgain(let candidate):
            self.init(
                phase: "finish",
                text: "training \(candidate.prefix(8)) from a second seed, as noise decides a pick")
        case .measuring(let candidate):
            self.init(phase: "measure", text: "measuring \(candidate.prefix(8)) on this computer")
        case .measuringByRunner(let candidate, let device):
            self.init(phase: "measure", text: "measuring \(candidate.prefix(8)) on \(device)")
        }
    }
}

extension QualityScale {
    /// Such as `  best 98.70 %` or `  best rmse 12.2`; empty where nothing is known.
    fileprivate func best(_ goodness: Double?) -> String {
        guard let goodness else { return "" }
        let text = QualityAnswer(name, value: value(goodness)).shortText
        return metric == .accuracy ? "  best \(text)" : "  best \(metricName) \(text)"
    }
}
