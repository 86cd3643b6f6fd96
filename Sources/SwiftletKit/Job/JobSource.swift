import ExperimentStore
import Foundation

/// Where a job came from, kept in its folder: what is needed to train one of its candidates later.
struct JobSource: Codable {
    /// The job file, whose folder relative paths are relative to; absolute where it is a file.
    var file: String
    var text: String
    /// What replaced the data set's path, absolute.
    var data: String?
    /// What replaced the job's seed.
    var seed: Int?

    static func path(in folder: String) -> String { "\(folder)/job.json" }

    init(_ request: SearchRequest) throws {
        let found = try ShippedFiles.find(request.job, in: "jobs")
        file = JobSource.absolute(found.name)
        text = found.text
        data = request.data.map(JobSource.absolute)
        seed = request.seed
    }

    /// What was kept of a job.
    init(of job: JobStore) throws {
        let path = JobSource.path(in: job.folder)
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): is missing; run 'swiftlet search' on the job file again")
        }
        do {
            self = try JSONDecoder().decode(JobSource.self, from: bytes)
        } catch {
            throw CommandError("\(path): is not what a search left there; run it again")
        }
    }

    /// Keeps it in the folder of a job that begins or goes on.
    func keep(for job: JobStore) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let path = JobSource.path(in: job.folder)
        do {
            try DurableFile.write([UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")], to: path)
        } catch {
            throw CommandError("\(path): cannot be written: \(error)")
        }
    }

    func resolved() throws -> ResolvedJob { try ResolvedJob(JobFile(parsing: text, file: file), seed: seed) }

    /// A path that means the same from any folder; names of files inside the binary stay as they are.
    private static func absolute(_ path: String) -> String {
        FileManager.default.fileExists(atPath: path)
            ? URL(filePath: path).standardizedFileURL.path(percentEncoded: false) : path
    }
}
