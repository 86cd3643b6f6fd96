import Archives
import Candidates
import Datasets
import Determinism
import Devices
import Foundation
import Jobs
import ModelCompression
import ModelGraph
import Numerics
public import Reports
import SearchSpaces
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
    /// The command that times the models; nil where somebody else does.
    public var runner: RunnerRequest?

    /// Models of a space for a device.
    public init(
        device: String, space: String, count: Int = 10, candidates: String? = nil,
        format: ProbeFormat? = nil, output: String, replacing: Bool = false, runner: RunnerRequest? = nil
    ) {
        self.device = device
        self.space = space
        self.count = count
        self.candidates = candidates
        self.format = format
        self.output = output
        self.replacing = replacing
        self.runner = runner
    }

    /// The table to fill in.
    var table: String { "\(output)/probes.csv" }

    /// Whether a runner goes on with a table that is there.
    fileprivate var resumes: Bool {
        runner != nil && !replacing && FileManager.default.fileExists(atPath: table)
    }
}

/// The form in which probe models are written.
public enum ProbeFormat: String, CaseIterable, Sendable {
    case onnx, tflite, swiftlet
    /// Each model in every form.
    case all
}

extension DeviceCommands {
    /// Writes the models whose times on the device tell most, and a table to fill them in; fills it in where the request has a
    /// runner.
    ///
    /// A table that a runner has begun is completed.
    public static func probes(
        _ request: ProbeRequest, progress: @escaping (JobProgress) -> Void = { _ in }
    ) throws -> ProbesAnswer {
        try KitError.require(request.count, in: 3...1000, name: "count")
        _ = try request.runner?.runner()
        let resumes = request.resumes
        if !resumes { _ = try OutputPath(request.output, replacing: request.replacing) }
        let models = try ProbeModels(request)
        var answer = models.answer
        if resumes {
            try models.requireSame(as: request.table)
        } else {
            try DurableFile.write(
                models.files() + [(name: "probes.csv", bytes: Array(try answer.csv.text.utf8))],
                toFolder: request.output)
        }
        guard let runner = request.runner else { return answer }
        var session = try MeasuringSession(request.table, runner, progress: progress)
        try session.run()
        answer.timed = session.table.timedModels
        answer.leftOut = session.table.failures.map { "\($0.model): \($0.remark)" }
        for index in answer.probes.indices {
            let rows = session.table.rows.filter { !$0.isAgain && $0.model == answer.probes[index].model }
            answer.probes[index].latency = rows.compactMap(\.milliseconds).median
        }
        return answer
    }
}

/// The models of a request: chosen, and made when they are asked for.
private struct ProbeModels {
    private let request: ProbeRequest
    private let profile: DeviceProfile
    private let space: SearchSpace
    private let chosen: [Genotype]
    private let formats: [ModelFormat]

    init(_ request: ProbeRequest) throws {
        self.request = request
        profile = try DeviceShelf().profile(request.device)
        space = try SpaceCommands.space(request.space)
        formats = request.format.map(\.files) ?? [profile.runtime.format]
        let (profile, space) = (profile, space)
        let pool = try ProbeModels.pool(request, space).compactMap { genotype -> (Genotype, Graph)? in
            let graph = try space.graph(of: genotype, input: space.referenceInput)
            guard graph.dependsOnInput else { return nil }
            return (genotype, try profile.deployable(graph))
        }
        chosen = ProbeDesign(graphs: pool.map { $0.1 }, on: profile).choose(request.count).map { pool[$0].0 }
    }

    var answer: ProbesAnswer {
        ProbesAnswer(
            device: profile.name,
            probes: chosen.enumerated().map { index, genotype in
                ProbesAnswer.Probe(
                    probe: index + 1, architecture: space.architecture(of: genotype),
                    model: "probe-\(index + 1).\(formats[0].rawValue)")
            }, output: request.output)
    }

    /// Each model in each form.
    func files() throws -> [(name: String, bytes: [UInt8])] {
        try chosen.enumerated().flatMap { index, genotype in
            let model = try profile.built(space.graph(of: genotype, input: space.referenceInput))
            return try formats.map { format in
                (
                    name: "probe-\(index + 1).\(format.rawValue)",
                    bytes: try model.file(as: format, interface: profile.runtime.interface)
                )
            }
        }
    }

    /// Refuses a table that lists other models.
    func requireSame(as table: String) throws {
        var seen: Set<String> = []
        let listed = try CSVTable(contentsOf: table).texts("architecture").filter { seen.insert($0).inserted }
        guard listed == answer.probes.map(\.architecture) else {
            throw KitError.refused(
                "\(table): lists other models than this command asks for (another device, space or count); "
                    + "give another --output, or --force to begin anew")
        }
    }

    /// Random points of the space, or the architectures of the file.
    private static func pool(_ request: ProbeRequest, _ space: SearchSpace) throws -> [Genotype] {
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
    /// What a network must be converted to before the device itself runs it: nothing where it computes in float32; int8 where
    /// float32 would be left to its host.
    private var conversion: Compression {
        get throws {
            let computesFloat = support.types.contains { rule in
                switch rule.treatment {
                case .native, .converted: rule.dataType == .float32
                case .fallback, .unsupported: false
                }
            }
            return computesFloat ? .none : try Compression(parsing: "int8")
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
