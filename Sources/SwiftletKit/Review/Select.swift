import ExperimentStore
import Quantities
import Search

/// What `swiftlet select` is asked, as it was typed.
public struct SelectRequest: Sendable {
    /// The option's name, the metric and the text of each limit that was given.
    public var limits: [(option: String, metric: String, text: String?)]
    public var confidence: Double?
    public var preference: String

    public init(
        limits: [(option: String, metric: String, text: String?)], confidence: Double?, preference: String
    ) {
        self.limits = limits
        self.confidence = confidence
        self.preference = preference
    }

    func resolved() throws -> SelectionRequest {
        guard let preference = Preference(rawValue: preference) else {
            let known = Preference.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError("--prefer: expected one of \(known), got '\(preference)'")
        }
        return SelectionRequest(limits: try limits.compactMap(constraint), preference: preference)
    }

    private func constraint(_ limit: (option: String, metric: String, text: String?)) throws -> Constraint? {
        guard let text = limit.text, let metric = Metric(rawValue: limit.metric) else { return nil }
        do {
            let value = try metric.value(parsing: text)
            return try Constraint(
                metric, metric.isQuality ? .atLeast(value) : .atMost(value),
                confidence: metric == .latency ? confidence : nil)
        } catch {
            throw CommandError("\(limit.option): \(error)")
        }
    }
}

extension Review {
    /// `swiftlet select`: the best model for a device, or for each device of the job (`device` nil).
    public func select(job name: String, device: String?, _ request: SelectRequest) throws -> Answer {
        let job = try store.job(named: name)
        let request = try request.resolved()
        let devices = try device.map { [$0] } ?? job.targets().map(\.device)
        let picks = try devices.map { device in
            let (_, candidates) = try job.candidates(on: device)
            let evaluated = candidates.filter { $0.evaluation.quality != nil }
            return Pick(
                job: name, device: device, selection: try job.target(device).select(request, from: evaluated))
        }
        var answer = Answer(
            json: device == nil
                ? .list(picks.map { .record($0.json) }) : picks.first.map { .record($0.json) } ?? .unknown,
            columns: ["device"] + ScoredCandidate.columns, rows: picks.flatMap(\.rows),
            table: device == nil ? Pick.table(picks) : picks.map(\.text).joined())
        if picks.allSatisfy({ $0.selection.candidate == nil }) { answer.status = .infeasible }
        return answer
    }
}

/// The selection for one device.
private struct Pick {
    let job: String
    let device: String
    let selection: Selection

    var json: Record {
        [
            "job": .text(job), "device": .text(device),
            "candidate": .record(orUnknown: selection.candidate?.record),
            "why": .text(selection.why), "runner_up": .record(orUnknown: selection.runnerUp?.record),
            "nearest": .list(selection.nearest.map { .record($0.record) }),
            "blocking": .text(orUnknown: selection.blocking),
        ]
    }

    var rows: [Record] {
        selection.candidate.map {
            [Record([("device", .text(device))] + $0.record.entries.map { ($0.key, $0.value) })]
        } ?? []
    }

    var text: String {
        var text = "\(device): \(selection.why)\n"
        if let blocking = selection.blocking { text += "in the way: \(blocking)\n" }
        var table = TextTable([("", .left)] + ScoredCandidate.headings)
        if let candidate = selection.candidate { table.append(["selected"] + candidate.cells) }
        if let runnerUp = selection.runnerUp { table.append(["runner-up"] + runnerUp.cells) }
        for candidate in selection.nearest { table.append(["nearest"] + candidate.cells) }
        return text + (table.isEmpty ? "" : table.text)
    }

    /// One line a device.
    static func table(_ picks: [Pick]) -> String {
        var table = TextTable([("device", .left)] + ScoredCandidate.headings)
        for pick in picks {
            if let candidate = pick.selection.candidate { table.append([pick.device] + candidate.cells) }
        }
        let missing = picks.filter { $0.selection.candidate == nil }
        return (table.isEmpty ? "" : table.text) + missing.map { "\n" + $0.text }.joined()
    }
}
