import Archives
package import ExperimentStore
import Foundation

/// Where a job comes from: its file, and what the command line replaced of it.
package struct JobSource: Sendable {
    package let text: JobText
    /// The job's name where a database has it under another one than the file says.
    private let label: String?
    /// The lengths that were kept of it.
    private let schedule: [String: String]

    /// What replaced the data set's path.
    package var data: String? { text.data }

    /// A job by name, or by the path of a file ending in `.yaml`; `data` replaces the data set's path, `seed` the file's own.
    package init(named job: String, data: String? = nil, seed: Int? = nil) throws {
        let found = try ShippedFiles.find(job, in: "jobs")
        text = JobText(
            file: JobSource.absolute(found.name), text: found.text, data: data.map(JobSource.absolute),
            seed: seed)
        label = nil
        schedule = [:]
    }

    /// A file whose text is known.
    package init(_ text: JobText) {
        self.text = text
        label = nil
        schedule = [:]
    }

    /// What was kept of a job, as it was read last.
    package init(of job: JobStore) throws {
        text = try job.file() ?? JobSource.earlier(job)
        label = job.name
        schedule = try job.schedule()
    }

    /// Jobs of earlier versions kept it in their folder.
    private static func earlier(_ job: JobStore) throws -> JobText {
        let path = "\(job.folder)/job.json"
        guard let bytes = try InputFile.bytes(of: "job.json", below: job.folder, limit: 1 << 26) else {
            throw JobError("\(path): is missing; run 'swiftlet search' on the job file again")
        }
        do {
            return try JSONDecoder().decode(JobText.self, from: Data(bytes))
        } catch {
            throw JobError("\(path): is not what a search left there; run it again")
        }
    }

    /// The job with the lengths that were kept of it; of a file, with those that hold where time is not limited.
    package func resolved() throws -> ResolvedJob {
        let job = try ResolvedJob(JobFile(parsing: text.text, file: text.file), seed: text.seed, name: label)
        return try job.with(stored: schedule)
    }

    /// A path that means the same from any folder; names of files inside the binary stay as they are.
    private static func absolute(_ path: String) -> String {
        FileManager.default.fileExists(atPath: path)
            ? URL(filePath: path).standardizedFileURL.path(percentEncoded: false) : path
    }
}
