import Archives
import Candidates
import Datasets
import Determinism
import Devices
import Jobs
import ModelCompression
import ModelGraph
import ONNXFormat
public import Reports
import SearchSpaces
import TFLiteFormat
import Training

/// Models to choose and write for a device.
public struct ProbeRequest: Sendable {
    /// A device, or the path of a profile ending in `.yaml`.
    public var device: String
    /// The space that the models are taken from.
    public var space: String
    /// How many models, from 3 to 1000.
    public var count: Int
    /// A CSV file whose architectures may be chosen; nil for random ones of the space.
    public var candidates: String?
    /// Nil for the format that the device's runtime loads.
    public var format: ProbeFormat?
    /// The folder to write.
    public var output: String
    /// Whether files that are there may be replaced.
    public var replacing: Bool

    /// Models of a space for a device.
    public init(
        device: String, space: String, count: Int = 10, candidates: String? = nil,
        format: ProbeFormat? = nil, output: String, replacing: Bool = false
    ) {
        self.device = device
        self.space = space
        self.count = count
        self.candidates = candidates
        self.format = format
        self.output = output
        self.replacing = replacing
    }
}

/// The form in which probe models are written.
public enum ProbeFormat: String, CaseIterable, Sendable {
    case onnx, tflite, swiftlet
    /// Each model in every form.
    case all
}

extension DeviceCommands {
    /// Writes the models whose times on the device tell most, and a table to fill them in.
    public static func probes(_ request: ProbeRequest) throws -> ProbesAnswer {
        try KitError.require(request.count, in: 3...1000, name: "count")
        _ = try OutputPath(request.output, replacing: request.replacing)
        let profile = try DeviceShelf().profile(request.device)
        let space = try SpaceCommands.space(request.space)
        let formats = request.format.map(\.files) ?? [profile.runtime.format]
        let pool = try probePool(request, space).compactMap { genotype -> (Genotype, Graph)? in
            let graph = try space.graph(of: genotype, input: space.referenceInput)
            guard graph.dependsOnInput else { return nil }
            return (genotype, try profile.deployable(graph))
        }
        var probes: [ProbesAnswer.Probe] = []
        var files: [(name: String, bytes: [UInt8])] = []
        for index in ProbeDesign(graphs: pool.map { $0.1 }, on: profile).choose(request.count) {
            let genotype = pool[index].0
            let name = "probe-\(probes.count + 1)"
            let model = try profile.built(space.graph(of: genotype, input: space.referenceInput))
            for format in formats {
                files.append((name: "\(name).\(format.rawValue)", bytes: try bytes(of: model, as: format)))
            }
            probes.append(
                ProbesAnswer.Probe(
                    probe: probes.count + 1, architecture: space.architecture(of: genotype),
                    model: "\(name).\(formats[0].rawValue)"))
        }
        let answer = ProbesAnswer(device: profile.name, probes: probes, output: request.output)
        files.append((name: "probes.csv", bytes: Array(try answer.csv.text.utf8)))
        try DurableFile.write(files, toFolder: request.output)
        return answer
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
                throw KitError.refused("\(path):\(table.line(ofRow: row)): \(error)")
            }
        }
    }

    private static func bytes(of graph: Graph, as format: ModelFormat) throws -> [UInt8] {
        switch format {
        case .onnx: try ONNXModel.write(graph)
        case .tflite: try TFLiteModel.write(graph)
        case .swiftlet: graph.encoded()
        }
    }
}

extension ProbeFormat {
    fileprivate var files: [ModelFormat] {
        switch self {
        case .onnx: [.onnx]
        case .tflite: [.tflite]
        case .swiftlet: [.swiftlet]
        case .all: [.onnx, .tflite, .swiftlet]
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
