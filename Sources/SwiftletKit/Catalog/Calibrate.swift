import Archives
import Bundles
import Candidates
import Datasets
import Devices
import Foundation
import Jobs
import ModelGraph
import Quantities
public import Reports
import SearchSpaces

/// Measured times to fit a profile to.
public struct CalibrationRequest: Sendable {
    /// A device, or the path of a profile ending in `.yaml`.
    public var device: String
    /// A CSV file with `architecture` or `model`, `latency_ms` and perhaps `energy_mj`.
    public var measurements: String
    /// The unit of the times.
    public var unit: TimeUnit
    /// The space of the architectures; nil where rows name model files, or where only one space reads them.
    public var space: String?
    /// The profile to write, ending in `.yaml`.
    public var output: String
    /// Whether a profile that is there may be replaced.
    public var replacing: Bool
    /// The command that times doubtful models again, in milliseconds; nil where nobody does.
    public var runner: RunnerRequest?

    /// Measured times of a device.
    public init(
        device: String, measurements: String, unit: TimeUnit = .milliseconds, space: String? = nil,
        output: String, replacing: Bool = false, runner: RunnerRequest? = nil
    ) {
        self.device = device
        self.measurements = measurements
        self.unit = unit
        self.space = space
        self.output = output
        self.replacing = replacing
        self.runner = runner
    }
}

extension DeviceCommands {
    /// Writes a new profile fitted to measured times; nothing is written where a row is wrong.
    ///
    /// Where the request has a runner, models whose times the others contradict are timed again first, at most a third of all
    /// and once; their times are kept in the file of measurements.
    public static func calibrate(
        _ request: CalibrationRequest, progress: @escaping (JobProgress) -> Void = { _ in }
    ) throws -> CalibrationAnswer {
        guard request.output.hasSuffix(".yaml") else {
            throw KitError.refused("\(request.output): a profile's file must end in .yaml")
        }
        let output = try OutputPath(request.output, replacing: request.replacing)
        let profile = try DeviceShelf().profile(request.device)
        if let runner = request.runner { try timeAgain(request, profile, by: runner, progress) }
        let table = try MeasuredModels(request)
        let outcome = try profile.calibrated(
            with: table.rows, file: request.measurements, note: "fitted to \(request.measurements)",
            pricing: table.piece(of:on:))
        try output.write(outcome.profile.yaml)
        var answer = CalibrationAnswer(
            device: profile.name, output: request.output, samples: outcome.samples,
            changedPolicy: outcome.changedPolicy,
            deadBranches: outcome.deadBranches[0].treatment.rawValue,
            deadBranchesProbability: outcome.deadBranches[0].probability,
            conclusion: sentence(of: outcome) + remark(on: table.rows),
            leaveOneOutError: outcome.profile.calibration?.latency.leaveOneOutError)
        let settled = Set(outcome.timedAgain.map(\.model))
        answer.doubtful = outcome.doubtful.map { doubt in
            CalibrationAnswer.Doubt(
                line: doubt.line, model: doubt.model, ratio: doubt.ratio,
                timedAgain: settled.contains(doubt.model),
                sentence: "\(request.measurements):\(doubt.line): '\(doubt.model)' took "
                    + String(format: "%.2f", doubt.ratio) + " times what the other models say; "
                    + advice(settled.contains(doubt.model), table.file(onLine: doubt.line)))
        }
        answer.timedAgain = outcome.timedAgain.map { model in
            CalibrationAnswer.TimedAgain(
                line: model.line, model: model.model, first: model.firstMilliseconds,
                again: model.againMilliseconds, used: model.used.rawValue,
                sentence: "\(request.measurements):\(model.line): '\(model.model)' took "
                    + "\(Human.number(model.firstMilliseconds)) ms at first and "
                    + "\(Human.number(model.againMilliseconds)) ms again; \(model.used.text)")
        }
        return answer
    }

    /// Times the models again that are worth it, and keeps the times in the request's table.
    private static func timeAgain(
        _ request: CalibrationRequest, _ profile: DeviceProfile, by runner: RunnerRequest,
        _ progress: @escaping (JobProgress) -> Void
    ) throws {
        let table = try MeasuredModels(request)
        let models = try profile.worthTimingAgain(
            table.rows, file: request.measurements, pricing: table.piece(of:on:)
        ).compactMap { table.file(onLine: $0.line) }
        guard !models.isEmpty else { return }
        var session = try MeasuringSession(
            request.measurements, runner, completing: false, progress: progress)
        try session.timeAgain(models)
    }

    /// What to do about a measurement that the others contradict.
    private static func advice(_ isTimedAgain: Bool, _ file: String?) -> String {
        if isTimedAgain { return "it was timed again, so its runtime may treat it in a way of its own" }
        guard let file else { return "time it again and correct the row, or measure one more model" }
        return "time \(file) again and correct the row, or repeat this command with --force and --runner "
            + "'COMMAND {model}', which times it again"
    }
}

extension DeviceCommands {
    /// Chooses probes, has the request's runner time them, and writes a profile fitted to the times.
    ///
    /// - Parameter output: the profile to write, ending in `.yaml`.
    public static func calibrate(
        measuring probes: ProbeRequest, output: String, progress: @escaping (JobProgress) -> Void = { _ in }
    ) throws -> CalibrationAnswer {
        let request = CalibrationRequest(
            device: probes.device, measurements: probes.table, space: probes.space, output: output,
            replacing: probes.replacing, runner: probes.runner)
        guard output.hasSuffix(".yaml") else {
            throw KitError.refused("\(output): a profile's file must end in .yaml")
        }
        _ = try OutputPath(output, replacing: probes.replacing)
        let measured = try DeviceCommands.probes(probes, progress: progress)
        var answer = try calibrate(request, progress: progress)
        answer.leftOut = measured.leftOut
        return answer
    }

    /// Times that are all the same come from a command that does not run the models, or from a clock that is too coarse.
    private static func remark(on rows: [Devices.Measurement]) -> String {
        let times = Set(rows.compactMap(\.latencyMilliseconds))
        guard times.count == 1, let time = times.first else { return "" }
        return
            "\nevery model took \(Human.number(time)) ms, so the times say nothing of what makes a model slow: "
            + "is it the model that is timed?"
    }

    /// What the measurements say of the runtime, and how surely.
    private static func sentence(of outcome: CalibrationOutcome) -> String {
        guard let first = outcome.deadBranches.first, let last = outcome.deadBranches.last,
            first.probability > 1.5 * last.probability
        else { return "what its runtime does with dead branches cannot be told from these models" }
        let likely = outcome.deadBranches.filter { $0.probability >= 0.05 }.map {
            "\($0.treatment.text) (probability \(Human.percent($0.probability)))"
        }
        let declared = outcome.changedPolicy ? ", unlike the profile it began from" : ""
        return "its runtime \(likely.joined(separator: ", or "))\(declared)"
    }
}

extension RepeatedMeasurement.Use {
    /// Which time counts.
    fileprivate var text: String {
        switch self {
        case .first: "the other models support the first, which is kept"
        case .again: "the other models support the latter, which is used"
        case .both: "both count, for they agree"
        }
    }
}

/// The rows of a file of measurements, and the network that each stands for.
private struct MeasuredModels {
    let rows: [Devices.Measurement]
    private let file: String
    private let spaces: [SearchSpace]
    /// Model files by the lines that name them.
    private let files: [Int: String]

    init(_ request: CalibrationRequest) throws {
        file = request.measurements
        spaces =
            try request.space.map { [try SpaceCommands.space($0)] }
            ?? ShippedFiles.files(in: "search-spaces").map {
                try SearchSpace(parsing: $0.text, file: $0.name)
            }
        let table = try CSVTable(contentsOf: file)
        try table.requireOneDevice()
        let architectures = table.header.contains("architecture") ? try table.texts("architecture") : nil
        let models = table.header.contains("model") ? try table.texts("model") : nil
        guard architectures != nil || models != nil else {
            throw KitError.refused("\(file):1: needs a column 'architecture' or 'model'")
        }
        let again = try table.header.contains(MeasuringTable.again) ? table.texts(MeasuringTable.again) : nil
        rows = try table.costs(unit: request.unit).enumerated().map { row, cost in
            let architecture = architectures?[row] ?? ""
            return Devices.Measurement(
                line: cost.line, model: architecture.isEmpty ? models?[row] ?? "" : architecture,
                latencyMilliseconds: cost.milliseconds, energyMillijoules: cost.millijoules,
                isAgain: again?[row].isEmpty == false)
        }
        files = Dictionary(
            zip(rows.map(\.line), models ?? []).filter { !$0.1.isEmpty },
            uniquingKeysWith: { first, _ in first })
    }

    /// The model file that a line names; nil where it names none.
    func file(onLine line: Int) -> String? { files[line] }

    /// What the network of a row consists of on a device.
    func piece(of row: Devices.Measurement, on profile: DeviceProfile) throws -> PricedPiece {
        PricedPiece(try profile.deployable(try graph(of: row)), on: profile)
    }

    /// The network of an architecture, or of a model file beside the measurements.
    func graph(of row: Devices.Measurement) throws -> Graph {
        if let space = spaces.first(where: { (try? $0.genotype(architecture: row.model)) != nil }) {
            return try space.graph(of: space.genotype(architecture: row.model), input: space.referenceInput)
        }
        let path = row.model.hasPrefix("/") ? row.model : "\(JobFile.folder(of: file))/\(row.model)"
        guard FileManager.default.fileExists(atPath: path) else {
            let known = spaces.map(\.name).joined(separator: ", ")
            throw KitError.refused(
                "\(file):\(row.line): '\(row.model)' is no architecture of \(known) and no model file")
        }
        return try LoadedModel(path: path).graph
    }
}
