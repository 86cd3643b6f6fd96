import Archives
import Determinism
public import Devices
public import ModelGraph
import ONNXFormat
import TFLiteFormat

/// The forms in which a bundle holds its model, beside Swiftlet's own.
public enum BundleFormat: String, CaseIterable, Sendable {
    /// ONNX with NCHW inputs as runtimes expect them.
    case onnx
    /// TFLite.
    case tflite
    /// The TFLite file as a C array, for microcontrollers.
    case c
}

/// A candidate as the files that ship.
public struct ModelBundle: Sendable {
    /// The job's name.
    public let job: String
    /// What the files hold.
    public let candidate: BundledCandidate
    let preprocessing: Preprocessing
    /// What callers of the TFLite file hand over and get.
    let interface: ModelInterface
    /// The job's devices, each with the file that its runtime loads.
    public private(set) var devices: [(profile: DeviceProfile, file: String?)] = []
    /// Names and contents, without the manifest.
    public private(set) var files: [(name: String, bytes: [UInt8])] = []
    /// Formats that cannot hold the model, each with the reason.
    public private(set) var refusals: [String] = []

    /// Written last, beside `files`: a folder that has them is whole.
    static let ownFiles = ["manifest.json", "manifest.sha256"]

    /// The names of all files of the folder.
    public var fileNames: [String] { files.map(\.name) + ModelBundle.ownFiles }

    /// Writes a model in the formats wanted; where none is named, in what the devices' runtimes load.
    ///
    /// `interface` is what callers of the TFLite file hand over and get; nil for what all devices that load such files want,
    /// float32 where they differ. Throws where a format that is wanted, or the only one, cannot hold the model, and where an
    /// integer interface is asked of a model that does not begin or end in int8.
    public init(
        job: String, _ candidate: BundledCandidate, _ model: BundledModel, devices profiles: [DeviceProfile],
        formats wanted: [BundleFormat], interface: ModelInterface? = nil
    ) throws {
        self.job = job
        self.interface = interface ?? ModelBundle.interface(of: profiles)
        self.candidate = candidate
        preprocessing = model.preprocessing
        let asked = BundleFormat.allCases.filter(wanted.contains)
        let formats = asked.isEmpty ? ModelBundle.formats(of: profiles) : asked
        if let interface, interface != .float32 { try requireIntegers(model.graph, formats, interface) }
        let isRequired = !asked.isEmpty || formats.count == 1
        for format in formats { try add(format, model.graph, isRequired: isRequired) }
        try addFrontEnd(formats)
        files.append(("model.swiftlet", model.graph.encoded()))
        devices = profiles.map { ($0, file(for: $0)) }
        files.append(("test-vectors.npz", model.vectors))
        files.append(("README.md", Array(readme.utf8)))
    }

    /// What runtimes load, ONNX first; microcontrollers have no files, so they get an array too.
    private static func formats(of devices: [DeviceProfile]) -> [BundleFormat] {
        let loaded = devices.map(\.runtime.format)
        let hasArray = devices.contains { $0.kind == .microcontroller && $0.runtime.format == .tflite }
        return (loaded.contains(.onnx) ? [.onnx] : []) + (loaded.contains(.tflite) ? [.tflite] : [])
            + (hasArray ? [.c] : [])
    }

    /// What all devices that load TFLite files want.
    private static func interface(of devices: [DeviceProfile]) -> ModelInterface {
        let wanted = Set(devices.filter { $0.runtime.format == .tflite }.map(\.runtime.interface))
        return wanted.count == 1 ? wanted.first ?? .float32 : .float32
    }

    private func requireIntegers(_ graph: Graph, _ formats: [BundleFormat], _ interface: ModelInterface)
        throws
    {
        guard formats.contains(where: { $0 != .onnx }) else {
            throw BundleError("an interface of \(interface.rawValue) needs the format tflite or c")
        }
        guard graph.convertsAtInterface else {
            throw BundleError(
                "the model neither begins nor ends in int8, so its interface cannot be \(interface.rawValue)")
        }
    }

    private func file(for device: DeviceProfile) -> String? {
        let wanted =
            switch device.runtime.format {
            case .onnx: ["model.onnx"]
            case .tflite: device.kind == .microcontroller ? ["model.c", "model.tflite"] : ["model.tflite"]
            case .swiftlet: ["model.swiftlet"]
            }
        return wanted.first { name in files.contains { $0.name == name } }
    }

    private mutating func add(_ format: BundleFormat, _ graph: Graph, isRequired: Bool) throws {
        do {
            files += try contents(of: graph, as: format)
        } catch {
            if isRequired {
                throw BundleError("the model cannot be written as \(format.rawValue): \(error)")
            }
            refusals.append("\(format.rawValue): \(error)")
        }
    }

    /// The way from raw samples to the models' input, beside every model that a runtime loads from a file.
    private mutating func addFrontEnd(_ formats: [BundleFormat]) throws {
        let graph = try preprocessing.graph()
        for format in formats {
            switch format {
            case .onnx: files.append(("front-end.onnx", try ONNXModel.write(graph, metadata: [])))
            case .tflite, .c:
                guard !files.contains(where: { $0.name == "front-end.tflite" }) else { continue }
                let options = TFLiteOptions(description: "Swiftlet front-end", metadata: [])
                files.append(("front-end.tflite", try TFLiteModel.write(graph, options: options)))
            }
        }
    }

    private func contents(of graph: Graph, as format: BundleFormat) throws -> [(name: String, bytes: [UInt8])]
    {
        switch format {
        case .onnx:
            let metadata = metadata.map { Metadatum($0.0, $0.1) }
            return [("model.onnx", try ONNXModel.write(graph, metadata: metadata))]
        case .tflite: return [("model.tflite", try tflite(graph))]
        case .c:
            let array = CArray(try tflite(graph), name: "model")
            return [("model.h", Array(array.header.utf8)), ("model.c", Array(array.source.utf8))]
        }
    }

    private func tflite(_ graph: Graph) throws -> [UInt8] {
        try TFLiteModel.write(
            graph,
            options: TFLiteOptions(
                interface: interface, description: "Swiftlet \(job) \(candidate.id.prefix(12))",
                metadata: metadata.map { TFLiteMetadata(name: $0.0, text: $0.1) }))
    }

    /// What travels inside the model files.
    private var metadata: [(String, String)] {
        [
            ("job", job), ("candidate", candidate.id), ("architecture", candidate.architecture),
            ("compression", candidate.compression), ("labels", preprocessing.labels.joined(separator: ",")),
            ("preprocessing_offsets", preprocessing.offsets.map(\.description).joined(separator: ",")),
            ("preprocessing_scales", preprocessing.scales.map(\.description).joined(separator: ",")),
            ("metric", candidate.metric),
            ("validation_quality", candidate.quality.value.map { "\($0)" } ?? ""),
            ("test_quality", candidate.quality.test.map { "\($0)" } ?? ""),
        ]
    }

    /// Writes every file or none, the manifest last: a folder with a manifest is whole.
    public func write(to folder: String) throws {
        let manifest = Array((try JSONValue(encoding: manifest).text + "\n").utf8)
        let hash = Array("\(SHA256.hex(manifest))  manifest.json\n".utf8)
        let own = zip(ModelBundle.ownFiles, [manifest, hash]).map { (name: $0, bytes: $1) }
        do {
            try DurableFile.write(files.map { (name: $0.name, bytes: $0.bytes) } + own, toFolder: folder)
        } catch {
            throw BundleError("\(folder): cannot be written: \(error)")
        }
    }
}
