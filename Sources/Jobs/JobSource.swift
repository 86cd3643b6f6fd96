import Archives
package import ExperimentStore
import Foundation

/// Where a job came from, kept in its folder: what is needed to train one of its candidates later.
package struct JobSource: Codable, Sendable {
    /// The job file, whose folder relative paths are relative to; absolute where it is a file.
    package var file: String
    package var text: String
    /// What replaced the data set's path, absolute.
    package var data: String?
    /// What replaced the job's seed.
    package var seed: Int?

    package static func path(in folder: String) -> String { "\(folder)/job.json" }

    /// A job by name, or by the path of a file ending in `.yaml`; `data` replaces the data set's path, `seed` the file's own.
    package init(named job: String, data: String? = nil, seed: Int? = nil) throws {
        let found = try ShippedFiles.find(job, in: "jobs")
        file = JobSource.absolute(found.name)
        text = found.text
        self.data = data.map(JobSource.absolute)
        self.seed = seed
    }

    /// What was kept of a job.
    package init(of job: JobStore) throws {
        let path = JobSource.path(in: job.folder)
        guard let bytes = try InputFile.bytes(of: "job.json", below: job.folder, limit: 1 << 26) else {
            throw JobError("\(path): is missing; run 'swiftlet search' on the job file again")
        }
        do {
            self = try JSONDecoder().decode(JobSource.self, from: Data(bytes))
        } catch {
            throw JobError("\(path): is not what a search left there; run it again")
        }
    }

    /// Copies what was kept of a job to that of another database, unless it is kept there already.
    package static func copy(from source: JobStore, to destination: JobStore) throws {
        guard try InputFile.bytes(of: "job.json", below: source.folder, limit: 1 << 26) != nil,
            !FileManager.default.fileExists(atPath: path(in: destination.folder))
        else { return }
        try JobSource(of: source).keep(for: destination)
    }

    /// Keeps it in the folder of a job that begins or goes on.
    package func keep(for job: JobStore) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let path = JobSource.path(in: job.folder)
        do {
            try DurableFile.write([UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")], to: path)
        } catch {
            throw JobError("\(path): cannot be written: \(error)")
        }
    }

    package func resolved() throws -> ResolvedJob {
        try ResolvedJob(JobFile(parsing: text, file: file), seed: seed)
    }

    /// A path that means the same from any folder; names of files inside the binary stay as they are.
    private static func absolute(_ path: String) -> String {
        FileManager.default.fileExists(atPath: path)
            ? URL(filePath: path).standardizedFileURL.path(percentEncoded: false) : path
    }
}
