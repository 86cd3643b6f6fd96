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

    /// Measured times of a device.
    public init(
        device: String, measurements: String, unit: TimeUnit = .milliseconds, space: String? = nil,
        output: String, replacing: Bool = false
    ) {
        self.device = device
        self.measurements = measurements
        self.unit = unit
        self.space = space
        self.output = output
        self.replacing = replacing
    }
}

extension DeviceCommands {
    /// Writes a new profile fitted to measured times; nothing is written where a row is wrong.
    public static func calibrate(_ request: CalibrationRequest) throws -> CalibrationAnswer {
        guard request.output.hasSuffix(".yaml") else {
            throw KitError.refused("\(request.output): a profile's file must end in .yaml")
        }
        let output = try OutputPath(request.output, replacing: request.replacing)
        let profile = try DeviceShelf().profile(request.device)
        let table = try MeasuredModels(request)
        let outcome = try profile.calibrated(
            with: table.rows, file: request.measurements, note: "fitted to \(request.measurements)",
            pricing: { row, profile in
                PricedPiece(try profile.deployable(try table.graph(of: row)), on: profile)
            })
        try output.write(outcome.profile.yaml)
        var answer = CalibrationAnswer(
            device: profile.name, output: request.output, samples: outcome.samples,
            changedPolicy: outcome.changedPolicy,
            deadBranches: outcome.deadBranches[0].treatment.rawValue,
            deadBranchesProbability: outcome.deadBranches[0].probability,
            conclusion: sentence(of: outcome),
            leaveOneOutError: outcome.profile.calibration?.latency.leaveOneOutError)
        answer.doubtful = outcome.doubtful.map { sentence(of: $0, in: request.measurements) }
        return answer
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
            replacing: probes.replacing)
        guard output.hasSuffix(".yaml") else {
            throw KitError.refused("\(output): a profile's file must end in .yaml")
        }
        _ = try OutputPath(output, replacing: probes.replacing)
        let measured = try DeviceCommands.probes(probes, progress: progress)
        var answer = try calibrate(request)
        answer.leftOut = measured.leftOut
        return answer
    }

    /// What the measurements say of the runtime, and how surely.
    private static func sentence(of outcome: CalibrationOutcome) -> String {
        let likely = outcome.deadBranches.filter { $0.probability >= 0.05 }.map {
            "\($0.treatment.text) (probability \(Human.percent($0.probability)))"
        }
        let declared = outcome.changedPolicy ? ", unlike the profile it began from" : ""
        return "its runtime \(likely.joined(separator: ", or "))\(declared)"
    }
}

extension DeviceCommands {
    /// Which measurement the others contradict, by how much, and what to do.
    private static func sentence(of doubt: DoubtfulMeasurement, in file: String) -> String {
        let ratio = String(format: "%.2f", doubt.ratio)
        return
            "\(file):\(doubt.line): '\(doubt.model)' took \(ratio) times what the other models say; time it "
            + "again and correct the row, or measure one more model"
    }
}

/// The rows of a file of measurements, and the network that each stands for.
private struct MeasuredModels {
    let rows: [Devices.Measurement]
    private let file: String
    private let spaces: [SearchSpace]

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
        rows = try table.costs(unit: request.unit).enumerated().map { row, cost in
            let architecture = architectures?[row] ?? ""
            return Devices.Measurement(
                line: cost.line, model: architecture.isEmpty ? models?[row] ?? "" : architecture,
                latencyMilliseconds: cost.milliseconds, energyMillijoules: cost.millijoules)
        }
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
