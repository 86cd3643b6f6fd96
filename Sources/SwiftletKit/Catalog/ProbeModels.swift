import Archives
import Datasets
import Determinism
import Devices
import ModelCompression
import ModelGraph
import ONNXFormat
import SearchSpaces
import TFLiteFormat
import Training

/// What `swiftlet devices probes` is asked.
public struct ProbeRequest: Sendable {
    public var device: String
    public var space: String
    public var count: Int
    /// A CSV file whose architectures may be chosen; nil for random ones of the space.
    public var candidates: String?
    /// Nil for the format that the device's runtime loads; `all` for every one.
    public var format: String?
    public var output: String

    public init(
        device: String, space: String, count: Int, candidates: String?, format: String?, output: String
    ) {
        self.device = device
        self.space = space
        self.count = count
        self.candidates = candidates
        self.format = format
        self.output = output
    }
}

extension DeviceCommands {
    /// `swiftlet devices probes`: the models whose times on the device tell most, and a table to fill them in.
    public static func probes(_ request: ProbeRequest) throws -> Answer {
        guard (3...1000).contains(request.count) else {
            throw CommandError("--count must lie between 3 and 1000")
        }
        let profile = try profile(request.device, notYetAt: request.output)
        let space = try SpaceCommands.space(request.space)
        let formats = try probeFormats(request.format, profile)
        let pool = try probePool(request, space).compactMap { genotype -> (Genotype, PricedPiece)? in
            let graph = try space.graph(of: genotype, input: space.referenceInput)
            guard graph.dependsOnInput else { return nil }
            return (genotype, PricedPiece(try profile.deployable(graph), on: profile))
        }
        var rows: [Record] = []
        for index in ProbeDesign(pool.map { $0.1 }, on: profile).choose(request.count) {
            let genotype = pool[index].0
            let name = "probe-\(rows.count + 1)"
            let model = try profile.built(space.graph(of: genotype, input: space.referenceInput))
            for format in formats {
                try DurableFile.write(
                    try bytes(of: model, as: format), to: "\(request.output)/\(name).\(format)")
            }
            rows.append([
                "probe": .integer(rows.count + 1), "architecture": .text(space.architecture(of: genotype)),
                "model": .text("\(name).\(formats[0])"), "latency_ms": .unknown,
            ])
        }
        let columns = ["probe", "architecture", "model", "latency_ms"]
        try DurableFile.write(Array(rows.csv(columns: columns).utf8), to: "\(request.output)/probes.csv")
        return Answer(
            json: .record(["device": .text(profile.name), "probes": .list(rows.map(Field.record))]),
            columns: columns,
            rows: rows,
            table:
                "\(rows.count) models in \(request.output); time each on the device (median, batch 1), fill in the last "
                + "column of \(request.output)/probes.csv, then run 'swiftlet devices calibrate'\n")
    }

    private static func probeFormats(_ format: String?, _ profile: DeviceProfile) throws -> [String] {
        switch format {
        case nil: return [profile.runtime.format.rawValue]
        case "all"?: return ["onnx", "tflite", "swiftlet"]
        case let format? where ["onnx", "tflite", "swiftlet"].contains(format): return [format]
        case let format?:
            throw CommandError("--format: expected onnx, tflite, swiftlet or all, got '\(format)'")
        }
    }

    /// Random points of the space, or the architectures of the file.
    private static func probePool(_ request: ProbeRequest, _ space: SearchSpace) throws -> [Genotype] {
        guard let path = request.candidates else {
            var random = RandomStream(seed: 1, .probes)
            return (0..<1000).map { _ in space.uncompressed(space.sample(using: &random)) }
        }
        let table = try CSVTable(contentsOf: path)
        return try table.texts("architecture").enumerated().map { row, text in
            do {
                return space.uncompressed(try space.genotype(architecture: text))
            } catch {
                throw CommandError("\(path):\(table.line(ofRow: row)): \(error)")
            }
        }
    }

    private static func bytes(of graph: Graph, as format: String) throws -> [UInt8] {
        switch format {
        case "onnx": try ONNXModel.write(graph)
        case "tflite": try TFLiteModel.write(graph)
        default: graph.encoded()
        }
    }
}

extension DeviceProfile {
    /// What a network must be converted to before this runtime runs it: nothing where it runs float32.
    private var conversion: Compression {
        get throws {
            let runsFloat = support.types.contains { $0.dataType == .float32 && $0.treatment != .unsupported }
            return runsFloat ? .none : try Compression(parsing: "int8")
        }
    }

    /// A network in a form that the runtime runs, with unknown weights; one that is quantised already stays as it is.
    func deployable(_ graph: Graph) throws -> Graph {
        let isQuantized = graph.values.contains { $0.type.quantization != nil }
        return isQuantized ? graph : try graph.compressed(by: conversion)
    }

    /// The same with random weights, to be written to a file.
    func built(_ graph: Graph) throws -> Graph {
        let start = graph.initialized(seed: 1)
        let size = start.inputs.map { start[$0].type.shape.elementCount }.reduce(0, +)
        var random = RandomStream(seed: 1, .calibration)
        let samples = (0..<4 * size).map { _ in 2 * random.uniform() - 1 }
        return try compress(
            start, by: conversion, calibration: CalibrationSamples(samples, count: 4),
            fineTune: { graph, _ in graph })
    }
}
