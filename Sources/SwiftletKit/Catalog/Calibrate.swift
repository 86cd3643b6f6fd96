import Archives
import Bundles
import Datasets
import Devices
import Foundation
import Jobs
import ModelGraph
import Quantities
import SearchSpaces

/// What `swiftlet devices calibrate` is asked.
public struct CalibrationRequest: Sendable {
    public var device: String
    public var measurements: String
    /// `ms`, `us` or `s`.
    public var unit: String
    /// The space of the architectures; nil where rows name model files, or where only one space reads them.
    public var space: String?
    public var output: String

    public init(device: String, measurements: String, unit: String, space: String?, output: String) {
        self.device = device
        self.measurements = measurements
        self.unit = unit
        self.space = space
        self.output = output
    }
}

extension DeviceCommands {
    /// `swiftlet devices calibrate`: a new profile fitted to measured times; nothing is written where a row is wrong.
    public static func calibrate(_ request: CalibrationRequest) throws -> Answer {
        guard request.output.hasSuffix(".yaml") else { throw CommandError("--output must end in .yaml") }
        let profile = try profile(request.device, notYetAt: request.output)
        let table = try MeasuredModels(request)
        let outcome = try profile.calibrated(
            with: table.rows, file: request.measurements, note: "fitted to \(request.measurements)",
            pricing: { row, profile in
                PricedPiece(try profile.deployable(try table.graph(of: row)), on: profile)
            })
        try DurableFile.write(Array(outcome.profile.yaml.utf8), to: request.output)
        let json: Record = [
            "device": .text(profile.name), "output": .text(request.output),
            "samples": .integer(outcome.samples),
            "changed_policy": .flag(outcome.changedPolicy),
            "leave_one_out_error": .number(orUnknown: outcome.profile.calibration?.latency.leaveOneOutError),
        ]
        let policy = outcome.changedPolicy ? "; it treats dead branches otherwise than the profile said" : ""
        let error = (outcome.profile.calibration?.latency.leaveOneOutError).map {
            "; median error of a model that is left out: \(Human.percent($0))"
        }
        return Answer(
            json: .record(json), columns: json.entries.map(\.key), rows: [json],
            table:
                "\(request.output): \(profile.name) fitted to \(outcome.samples) models\(error ?? "")\(policy)\n"
        )
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
        let architectures = table.header.contains("architecture") ? try table.texts("architecture") : nil
        let models = table.header.contains("model") ? try table.texts("model") : nil
        guard architectures != nil || models != nil else {
            throw CommandError("\(file):1: needs a column 'architecture' or 'model'")
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
            throw CommandError(
                "\(file):\(row.line): '\(row.model)' is no architecture of \(known) and no model file")
        }
        return try LoadedModel(path: path).graph
    }
}
