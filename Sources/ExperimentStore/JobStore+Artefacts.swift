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
    /// The candidate it belongs to; nil for files of the whole job.
    public let candidate: String?
    /// Hash of its content, 64 hexadecimal digits.
    public let sha256: String

    /// A file below the job's folder.
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
        try write(file.bytes, to: artefact.path)
        return artefact
    }

    /// Writes a file below the job's folder; a name that leads out of it, by `..` or by a link, is refused.
    public func write(_ bytes: [UInt8], to name: String) throws {
        let path = "\(folder)/\(name)"
        guard InputFile.staysBelow(name), !hasLink(on: name) else { throw StoreError.leadsOut(path: path) }
        do {
            try DurableFile.write(bytes, to: path)
        } catch {
            throw StoreError.failed(path: path, detail: "cannot be written: \(error)")
        }
    }

    /// Whether the file, or a folder between it and the job's folder, is a link.
    private func hasLink(on name: String) -> Bool {
        var path = folder
        return name.split(separator: "/").contains { part in
            path += "/\(part)"
            let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            return kind == .typeSymbolicLink
        }
    }

    /// Where a candidate's file lies, relative to the job's folder.
    private func path(of kind: CandidateFile.Kind, _ candidate: String) -> String {
        let stem = "models/\(candidate.prefix(16))"
        return switch kind {
        case .model: "\(stem).swiftlet"
        case .preprocessing: "\(stem).json"
        case .vectors: "\(stem).vectors.npz"
        case .testPredictions: "\(stem).test.npz"
        case .trainingCurve: "\(stem).training.json"
        }
    }

    /// Where a candidate's file lies, for complaints.
    public func place(of kind: CandidateFile.Kind, ofCandidate candidate: String) -> String {
        "\(folder)/\(path(of: kind, candidate))"
    }

    /// The bytes of a file that was kept of a candidate, the same that were written.
    ///
    /// Throws `missingFile` where it is not there, and `changedFile` where it holds other bytes.
    public func contents(of kind: CandidateFile.Kind, ofCandidate candidate: String) throws -> [UInt8] {
        let name = path(of: kind, candidate)
        guard let artefact = try artefacts().first(where: { $0.path == name && $0.candidate == candidate })
        else {
            throw StoreError.missingFile(path: "\(folder)/\(name)", candidate: candidate)
        }
        return try contents(of: artefact)
    }

    /// The bytes of a file of the job, the same that were written.
    public func contents(of artefact: Artefact) throws -> [UInt8] {
        let path = "\(folder)/\(artefact.path)"
        guard let bytes = try InputFile.bytes(of: artefact.path, below: folder) else {
            throw StoreError.missingFile(path: path, candidate: artefact.candidate)
        }
        guard SHA256.hex(bytes) == artefact.sha256 else { throw StoreError.changedFile(path: path) }
        return bytes
    }

    /// Takes a file over from another database's job of the same name, unless there is one already.
    public func take(_ artefact: Artefact, from other: JobStore) throws {
        guard !FileManager.default.fileExists(atPath: "\(folder)/\(artefact.path)") else { return }
        try write(try other.contents(of: artefact), to: artefact.path)
    }

    /// Whether the job's folder is there; a backup of the database has none.
    public var hasFolder: Bool { FileManager.default.fileExists(atPath: folder) }

    /// Throws where a file of the job is missing or holds other bytes than were written.
    public func checkFiles() throws {
        for artefact in try artefacts() { _ = try contents(of: artefact) }
    }

    /// Keeps a file's row; call it once the file is whole and on disk.
    ///
    /// A newer row replaces the older of the same path.
    public func keep(_ artefact: Artefact) throws {
        try store.write { try artefact.insert(into: $0, job: id) }
    }

    /// The job's files, by path.
    public func artefacts() throws -> [Artefact] {
        try store.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM artefact WHERE job = ? ORDER BY path", arguments: [id]
            ).map { row in
                let fields = Fields(row, of: "artefact")
                guard InputFile.staysBelow(try fields.text("path")) else { throw fields.unexpected("path") }
                return Artefact(
                    path: try fields.text("path"), kind: try fields.text("kind"),
                    candidate: try fields.optionalText("candidate"), sha256: try fields.text("sha256"))
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
