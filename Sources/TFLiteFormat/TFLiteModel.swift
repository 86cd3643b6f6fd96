import Foundation
public import ModelGraph

/// A TFLite model as a graph, with what the file says about it.
///
///     let model = try TFLiteModel.read(path: "kws.tflite")
///     let bytes = try TFLiteModel.write(model.graph)
///
/// The graph keeps the file's tensor names, and the element types and quantisation of its inputs and outputs.
/// Models are NHWC in the file as in the graph, so nothing is transposed but depthwise weights.
public struct TFLiteModel: Sendable {
    /// The network.
    public var graph: Graph
    /// The file's own one-line description.
    public var description: String
    /// Named blobs, in file order.
    public var metadata: [TFLiteMetadata]

    /// Reads the file at `path`, of at most 2 GiB (what a flatbuffer's offsets reach).
    public static func read(
        path: String, options: TFLiteReadOptions = TFLiteReadOptions()
    ) throws(TFLiteError) -> TFLiteModel {
        let name = (path as NSString).lastPathComponent
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size < 1 << 31 else {
                throw TFLiteError.unreadable(path: path, detail: "it is larger than 2 GiB")
            }
            return try parse(
                [UInt8](Data(contentsOf: URL(fileURLWithPath: path))), file: name, options: options)
        } catch let error as TFLiteError {
            throw error
        } catch {
            throw .unreadable(path: path, detail: (error as NSError).localizedDescription)
        }
    }

    /// Reads a model from memory; `file` names it in errors and gives the graph its name.
    public static func parse(
        _ bytes: [UInt8], file: String, options: TFLiteReadOptions = TFLiteReadOptions()
    ) throws(TFLiteError) -> TFLiteModel {
        let contents = try TFLiteFile(parsing: bytes, name: file)
        var importer = Importer(contents, options)
        let graph = try importer.graph()
        return TFLiteModel(
            graph: graph, description: contents.description, metadata: try contents.namedMetadata())
    }
}

/// How a file is read where there is a choice.
public struct TFLiteReadOptions: Sendable {
    /// Whether layers with int8 weights and float32 activations round their activations to eight bits.
    ///
    /// With it the graph answers as LiteRT does (through XNNPACK); without, it is the plain network in float32, which can be
    /// trained and compressed.
    public var roundsActivations: Bool
    /// Shapes for inputs whose extents the file leaves open, by name; without one, the shape that the file was made with holds.
    public var inputShapes: [String: Shape]

    /// Options; the plain network at the shapes of the file unless stated otherwise.
    public init(roundsActivations: Bool = false, inputShapes: [String: Shape] = [:]) {
        self.roundsActivations = roundsActivations
        self.inputShapes = inputShapes
    }
}

/// A named blob that travels with a model.
public struct TFLiteMetadata: Hashable, Sendable {
    /// Its name in the file.
    public var name: String
    /// Its bytes, uninterpreted.
    public var value: [UInt8]
    /// A blob under a name.
    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// A text under a name.
    public init(name: String, text: String) { self.init(name: name, value: Array(text.utf8)) }
}

extension TFLiteFile {
    fileprivate func namedMetadata() throws(TFLiteError) -> [TFLiteMetadata] {
        var blobs: [TFLiteMetadata] = []
        for entry in metadata {
            guard buffers.indices.contains(entry.buffer) else {
                throw flat.damaged(
                    "metadata '\(entry.name)' names buffer \(entry.buffer) of \(buffers.count)")
            }
            let range = buffers[entry.buffer]
            try flat.budget.spend(range.count)
            blobs.append(TFLiteMetadata(name: entry.name, value: Array(flat.bytes[range])))
        }
        return blobs
    }
}
