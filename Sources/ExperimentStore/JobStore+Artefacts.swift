import Archives
import Determinism
import Foundation
import GRDB
public import Search

/// A file of the job that lasts.
public struct Artefact: Hashable, Sendable {
    /// Relative to the job's folder.
    public let path: String
    /// Such as `checkpoint` or `model`.
    public let kind: String
    public let candidate: String?
    public let sha256: String

    public init(path: String, kind: String, candidate: String? = nil, sha256: String) {
        self.path = path
        self.kind = kind
        self.candidate = candidate
        self.sha256 = sha256
    }
}

extension JobStore {
    /// Writes the candidate's files, then the evaluation and the rows of the files in one transaction.
    public func record(_ evaluation: Evaluation, keeping files: [CandidateFile]) throws {
        let artefacts = try files.map { try write($0, of: evaluation.candidate) }
        try record(evaluation, artefacts) {}
    }

    /// Each file is whole or absent at any instant.
    private func write(_ file: CandidateFile, of candidate: String) throws -> Artefact {
        let artefact = Artefact(
            path: path(of: file.kind, candidate), kind: file.kind.rawValue, candidate: candidate,
            sha256: SHA256.hex(file.bytes))
        do {
            try DurableFile.write(file.bytes, to: "\(folder)/\(artefact.path)")
        } catch {
            throw StoreError.failed(path: "\(folder)/\(artefact.path)", detail: "cannot be written: \(error)")
        }
        return artefact
    }

    /// Where a candidate's file lies, relative to the job's folder.
    private func path(of kind: CandidateFile.Kind, _ candidate: String) -> String {
        let stem = "models/\(candidate.prefix(16))"
        return switch kind {
        case .model: "\(stem).swiftlet"
        case .preprocessing: "\(stem).json"
        case .vectors: "\(stem).vectors.npz"
        case .testPredictions: "\(stem).test.npz"
        }
    }

    /// Where a candidate's file lies, for complaints.
    public func place(of kind: CandidateFile.Kind, ofCandidate candidate: String) -> String {
        "\(folder)/\(path(of: kind, candidate))"
    }

    /// The bytes of a file that was kept of a candidate.
    ///
    /// Throws `missingFile` where it is not there.
    public func contents(of kind: CandidateFile.Kind, ofCandidate candidate: String) throws -> [UInt8] {
        let path = place(of: kind, ofCandidate: candidate)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StoreError.missingFile(path: path, candidate: candidate)
        }
        return [UInt8](data)
    }

    /// Keeps a file's row; call it once the file is whole and on disk.
    ///
    /// A newer row replaces the older of the same path.
    public func keep(_ artefact: Artefact) throws {
        try store.write { try artefact.insert(into: $0, job: id) }
    }

    public func artefacts() throws -> [Artefact] {
        try store.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM artefact WHERE job = ? ORDER BY path", arguments: [id]
            ).map {
                Artefact(
                    path: try $0.text("path"), kind: try $0.text("kind"), candidate: $0["candidate"],
                    sha256: try $0.text("sha256"))
            }
        }
    }
}

extension Artefact {
    func insert(into database: Database, job: Int64) throws {
        try database.execute(
            sql:
                "INSERT OR REPLACE INTO artefact (job, path, kind, candidate, sha256) VALUES (?, ?, ?, ?, ?)",
            arguments: [job, path, kind, candidate, sha256])
    }
}
