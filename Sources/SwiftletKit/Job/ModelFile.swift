import Determinism
import ExperimentStore
import Foundation
import ModelGraph

/// The packed model of a finished candidate, in its job's folder.
struct ModelFile {
    let job: JobStore
    let candidate: String

    private var name: String { "models/\(candidate.prefix(16)).swiftlet" }
    var path: String { "\(job.folder)/\(name)" }

    /// Writes the model so that at any instant the file is whole or absent, then its row.
    func write(_ graph: Graph) throws {
        let bytes = graph.encoded()
        do {
            try DurableFile.write(bytes, to: path)
        } catch {
            throw CommandError("\(path): cannot be written: \(error)", status: .invalidInput)
        }
        try job.keep(Artefact(path: name, kind: "model", candidate: candidate, sha256: SHA256.hex(bytes)))
    }

    func read() throws -> Graph {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): the model of candidate \(candidate.prefix(12)) is missing")
        }
        return try Graph(decoding: [UInt8](data), file: path)
    }
}
