import Archives
public import Bundles
import ExperimentStore
import Foundation
import Reports
import Search

extension Review {
    /// A text that changes when anything in the database does, or when the process that runs a job dies.
    ///
    /// It is compared with texts of the same `Review` only; cheap, for it reads no job's evaluations.
    public func stamp() throws -> String {
        let running = try store.runningJobs().map { "\($0.name)\($0.isAlive ? "+" : "-")" }
        return ([String(try store.dataVersion())] + running).joined(separator: ".")
    }

    /// A finished candidate's bundle as a ZIP archive with one folder, `JOB-CANDIDATE`.
    ///
    /// - Throws: as `export(_:)`.
    public func bundleArchive(of candidate: String, job: String, format: BundleFormat? = nil) throws
        -> (name: String, bytes: [UInt8])
    {
        let id = try store.job(named: job).bestEvaluation(of: candidate).candidate
        let name = "\(job)-\(id.prefix(8))"
        let folder = FileManager.default.temporaryDirectory.appending(path: "swiftlet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: name).path(percentEncoded: false)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let answer = try export(
            ExportRequest(job: job, candidate: id, formats: format.map { [$0] } ?? [], output: output))
        let members = try answer.files.map { file in
            guard let bytes = FileManager.default.contents(atPath: "\(output)/\(file)") else {
                throw KitError.notWritten(path: file, reason: "it could not be read back")
            }
            return (name: "\(name)/\(file)", contents: [UInt8](bytes))
        }
        return (name + ".zip", try ZipArchive.bytes(of: members, file: name + ".zip"))
    }
}
