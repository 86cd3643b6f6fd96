import Archives
import Candidates
import Determinism
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
    func write(_ graph: Graph, on data: PreparedData, tested: Predictions) throws {
        try write(try tested.archive, to: "\(stem).test.npz", kind: "test predictions")
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

    /// What the model predicted for each test sample, and what was true.
    func readPredictions() throws -> (predicted: [Float], truth: [Float]) {
        let path = "\(job.folder)/\(stem).test.npz"
        let arrays = try NPZ.read(path: path)
        func numbers(_ name: String) throws -> [Float] {
            guard let entry = arrays.first(where: { $0.name == name }) else {
                throw CommandError("\(path): has no array '\(name)'")
            }
            return entry.array.floats
        }
        return (try numbers("predicted"), try numbers("truth"))
    }

    func read() throws -> Graph {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): the model of candidate \(candidate.prefix(12)) is missing")
        }
        return try Graph(decoding: [UInt8](data), file: path)
    }
}

extension Predictions {
    /// Predicted and true class of each sample as an npz archive.
    fileprivate var archive: [UInt8] {
        get throws {
            try NPZ.bytes(
                of: [("predicted", predicted), ("truth", truth)].map { name, classes in
                    (name: name, array: NumberArray([classes.count], .int32(classes.map(Int32.init))))
                })
        }
    }
}
