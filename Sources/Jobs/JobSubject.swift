import Bundles
import Datasets
import Determinism
import Devices
import Foundation
import ModelCompression
import ModelGraph
import SearchSpaces
import YAMLReader

/// What a job searches: a space, the hash of what it was made from, and what a given model's file says of its input.
struct JobSubject {
    let space: SearchSpace
    let hash: String
    var normalization: Normalization?
    /// Where the file names the model; nil for a space.
    var place: YAMLNode?
    /// Why the space was chosen; nil where the job names it.
    var remark: String?
}

extension JobSubject {
    /// - Parameter profiles: the job's devices.
    init(_ file: JobFile, on profiles: [DeviceProfile], folder: String) throws {
        let scales = ScaleNeed(file, on: profiles)
        switch file.subject {
        case .space(let name): try self.init(space: name, file.compression, scales, folder: folder)
        case .model(let path, let shapes):
            try self.init(model: path, shapes: shapes, file.compression, scales, folder: folder)
        case .backbone(let path, let choices):
            try self.init(backbone: path, choices: choices, file.compression, scales, folder: folder)
        case .chosen(let root):
            try self.init(choosingFor: file, on: profiles, at: root, scales, folder: folder)
        }
    }

    private init(
        space name: JobFile.Located<String>, _ section: JobFile.CompressionSection, _ scales: ScaleNeed,
        folder: String
    ) throws {
        if let scope = section.precisionPer {
            throw scope.node.error("belongs to a job with a model; a space's file says what it offers")
        }
        let text = try ShippedFiles.find(name.value, in: "search-spaces", relativeTo: folder)
        var space = try SearchSpace(parsing: text.text, file: text.name)
        if scales != .nowhere { space = try space.offeringTensorScales(only: scales == .everywhere) }
        for (choice, options) in section.narrowing {
            do {
                space = try space.narrowed(compression: [(choice, options.map(\.value))])
            } catch {
                throw options[0].node.error(error.sentenceAtItsPlace)
            }
        }
        self.init(space: space, hash: SHA256.hex(text.text))
    }

    private init(
        choosingFor file: JobFile, on profiles: [DeviceProfile], at root: YAMLNode, _ scales: ScaleNeed,
        folder: String
    ) throws {
        guard case .samples(let source) = file.data.data else {
            throw root.error("lacks the key 'space' (or 'model')")
        }
        let choice = try FamilyChoice(source, profiles: profiles)
        let name = try JobFile.Located(root) { _ throws(YAMLError) in choice.space }
        try self.init(space: name, file.compression, scales, folder: folder)
        remark = choice.why
    }

    /// The compressions of a given model; its path is relative to the job file.
    private init(
        model path: JobFile.Located<String>, shapes: [String], _ section: JobFile.CompressionSection,
        _ scales: ScaleNeed, folder: String
    ) throws {
        self = try JobSubject.placing(path.node, section) {
            let model = try LoadedModel(
                path: JobFile.path(path.value, in: folder),
                inputs: InputSizes(shapes: shapes, option: "input_shapes"))
            let compression = GivenCompression(section, scales)
            let space = try SearchSpace(
                given: model.graph, name: model.spaceName(path.value), compression: compression)
            return JobSubject(
                space: space, hash: model.hash, normalization: Normalization(model.metadata),
                place: path.node, remark: compression.remark(on: model.graph))
        }
    }

    /// Parts of a trained model; its path is relative to the job file.
    private init(
        backbone path: JobFile.Located<String>, choices: YAMLNode, _ section: JobFile.CompressionSection,
        _ scales: ScaleNeed, folder: String
    ) throws {
        if let scope = section.precisionPer {
            throw scope.node.error(
                "belongs to a job with a model; the stages of a backbone have one precision")
        }
        self = try JobSubject.placing(path.node, section) {
            let model = try LoadedModel(
                path: JobFile.path(path.value, in: folder), inputs: InputSizes(shapes: [], option: "from"))
            var compression = GivenCompression(section, scales)
            // Its widths remove channels already.
            if section.options(of: "pruning") == nil { compression.pruning = ["none"] }
            let space = try SearchSpace(
                backbone: model.graph.orderedChannels(by: .l2), name: model.spaceName(path.value),
                choices: choices, compression: compression)
            let chosen = try ["width", "depth", "kernel"].map { key in
                let node = try choices.optional(key)
                let texts = try node.map {
                    try $0.isSequence ? $0.list().map { try $0.string() } : [$0.string()]
                }
                return "\(key) \(texts ?? [])"
            }
            return JobSubject(
                space: space, hash: SHA256.hex("\(model.hash) \(chosen.joined(separator: "; "))"),
                normalization: Normalization(model.metadata), place: path.node)
        }
    }

    /// Makes what a model's file gives; complaints name the place in the job file.
    private static func placing(
        _ node: YAMLNode, _ section: JobFile.CompressionSection, _ make: () throws -> JobSubject
    ) throws -> JobSubject {
        do {
            return try make()
        } catch SearchSpaceError.narrowing(let space, let key, let detail) {
            let place = section.options(of: key)?.first?.node ?? node
            throw place.error(
                SearchSpaceError.narrowing(space: space, key: key, detail: detail).sentenceAtItsPlace)
        } catch let error as YAMLError {
            throw error
        } catch {
            throw node.error(String(describing: error))
        }
    }
}

extension LoadedModel {
    fileprivate var hash: String { SHA256.hex(graph.encoded()) }

    /// Names the model's space after its file and its content.
    fileprivate func spaceName(_ path: String) -> String {
        "\(URL(filePath: path).deletingPathExtension().lastPathComponent)-\(hash.prefix(8))"
    }
}

extension GivenCompression {
    /// What structured pruning will leave as it is; nil where it is not asked for, or leaves nothing.
    fileprivate func remark(on graph: Graph) -> String? {
        let shared = graph.layersThatShareWeights
        guard pruning.contains(where: { $0.hasPrefix("structured") }), !shared.isEmpty else { return nil }
        let names = shared.prefix(5).joined(separator: ", ") + (shared.count > 5 ? ", …" : "")
        return "structured pruning leaves \(shared.count) layers of the model as they are, since they share "
            + "weights: \(names)"
    }
}

extension SearchSpaceError {
    /// The sentence without the key, which a complaint about a place in a file names already.
    fileprivate var sentenceAtItsPlace: String {
        if case .narrowing(let space, _, let detail) = self { "\(space) \(detail)" } else { description }
    }
}

extension GivenCompression {
    fileprivate init(_ section: JobFile.CompressionSection, _ scales: ScaleNeed) {
        self.init()
        precisionPerStage = section.precisionPer?.value != .model
        if scales != .nowhere { self = offeringTensorScales(only: scales == .everywhere) }
        precision = section.options(of: "precision")?.map(\.value) ?? precision
        pruning = section.options(of: "pruning")?.map(\.value) ?? pruning
        recipe = section.options(of: "recipe")?.map(\.value) ?? recipe
    }
}

extension Normalization {
    /// What Swiftlet's own exports say of their input; nil for other files.
    init?(_ metadata: [(key: String, value: String)]) {
        func numbers(_ key: String) -> [Float] {
            let text = metadata.first { $0.key == key }?.value ?? ""
            return text.split(separator: ",").compactMap { Float($0) }
        }
        let (offsets, scales) = (numbers("preprocessing_offsets"), numbers("preprocessing_scales"))
        guard !offsets.isEmpty, offsets.count == scales.count,
            (offsets + scales).allSatisfy(\.isFinite)
        else { return nil }
        self.init(offsets: offsets, scales: scales)
    }
}
