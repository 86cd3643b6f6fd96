import Determinism
import Evaluation
import ExperimentStore
import Foundation
import ModelGraph

/// The packed model of a finished candidate, in its job's folder.
struct ModelFile {
    let job: JobStore
    let candidate: String

    private var stem: String { "models/\(candidate.prefix(16))" }
    var path: String { "\(job.folder)/\(stem).swiftlet" }
    var preprocessingPath: String { "\(job.folder)/\(stem).json" }
    var vectorsPath: String { "\(job.folder)/\(stem).vectors.npz" }

    /// Writes the model and what belongs to it, each file whole or absent at any instant, and their rows.
    func write(_ graph: Graph, on data: PreparedData) throws {
        try write(try TestVectors(of: graph, on: data).bytes, to: "\(stem).vectors.npz", kind: "vectors")
        try write(try Preprocessing(data).json, to: "\(stem).json", kind: "preprocessing")
        try write(graph.encoded(), to: "\(stem).swiftlet", kind: "model")
    }

    private func write(_ bytes: [UInt8], to name: String, kind: String) throws {
        do {
            try DurableFile.write(bytes, to: "\(job.folder)/\(name)")
        } catch {
            throw CommandError("\(job.folder)/\(name): cannot be written: \(error)")
        }
        try job.keep(Artefact(path: name, kind: kind, candidate: candidate, sha256: SHA256.hex(bytes)))
    }

    func read() throws -> Graph {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): the model of candidate \(candidate.prefix(12)) is missing")
        }
        return try Graph(decoding: [UInt8](data), file: path)
    }
}
