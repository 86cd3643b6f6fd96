import Foundation
import GRDB
import Quantities
import Search

/// What can be wrong with a database, a job or a candidate's name; each description is one sentence that
/// names it.
public enum StoreError: Error, Hashable, CustomStringConvertible {
    case missing(path: String)
    case notADatabase(path: String)
    /// A SQLite database of another program.
    case foreign(path: String)
    /// Tables that are named like ours and are others.
    case differentSchema(path: String, name: String)
    /// A database in memory only.
    case noFile(path: String)
    /// The file was copied while it was written to.
    case missingLog(path: String)
    case newerSchema(path: String, found: Int, known: Int)
    case corrupt(path: String, detail: String)
    case readOnly(path: String)
    case diskFull(path: String)
    case locked(path: String)
    case tooManyOpenFiles(path: String)
    case failed(path: String, detail: String)
    case exists(path: String)
    /// A folder with files that are no job's, one of which is named.
    case folderIsTaken(path: String, job: String, by: String)
    case missingFile(path: String, candidate: String?)
    /// A file of a job that holds other bytes than were written.
    case changedFile(path: String)
    /// A file's name, or a link on its way, that leads out of the job's folder.
    case leadsOut(path: String)
    case invalidJobName(String)
    case jobExists(String)
    case unknownJob(String, known: [String])
    case jobIsRunning(String)
    /// The job has no entry in the queue.
    case notQueued(job: String)
    /// The job's entry waits or runs.
    case isQueued(job: String)
    case planChanged(job: String, keys: [PlanDifference])
    /// The guide was written by a version that encodes guides otherwise.
    case otherGuideVersion(job: String)
    case unknownDevice(String, job: String, known: [String])
    case unknownCandidate(String, job: String)
    case ambiguousCandidate(String, matches: [String])
    case malformedRow(table: String, column: String, value: String)

    /// What is wrong with which file, job or row, and what to do, in one sentence.
    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such database; `swiftlet search` makes one"
        case .notADatabase(let path): "\(path): not a SQLite database"
        case .foreign(let path): "\(path): a database of another program; name another file with --db"
        case .differentSchema(let path, let name):
            "\(path): its tables are not those that swiftlet makes ('\(name.prefix(40))' differs); nothing of it is read"
        case .noFile(let path): "--db '\(path)' names no file; jobs would be lost with the process"
        case .missingLog(let path):
            "\(path): empty without \(path)-wal, which was left behind when it was copied; copy both, or use "
                + "`swiftlet db backup`"
        case .newerSchema(let path, let found, let known):
            "\(path): written by a newer version (schema \(found), this one knows \(known)); update swiftlet"
        case .corrupt(let path, let detail):
            "\(path): damaged (\(detail)); restore a backup made with `swiftlet db backup`"
                + (ExperimentStore.lacksLog(path) ? ", or copy \(path)-wal too if this is a copy" : "")
        case .readOnly(let path): "\(path): cannot be written; check its permissions and those of its folder"
        case .diskFull(let path): "\(path): the disk is full; nothing of this evaluation was written"
        case .locked(let path): "\(path): another process holds the database; try again when it is done"
        case .tooManyOpenFiles(let path): "\(path): too many open files; raise the limit (ulimit -n)"
        case .failed(let path, let detail): "\(path): \(detail)"
        case .exists(let path): "\(path): exists already"
        case .folderIsTaken(let path, let job, let other):
            "\(path): holds '\(other)', so that job '\(job)' cannot have this folder for its files; give the job another name, "
                + "or name a database in another folder with --db"
        case .missingFile(let path, let candidate):
            "\(path): is missing"
                + (candidate.map { ", a file of candidate \($0.prefix(12))" } ?? "")
                + "; restore the job's folder"
        case .changedFile(let path):
            "\(path): is not the file that was written (its SHA-256 differs); restore the job's folder"
        case .leadsOut(let path): "\(path): leads out of the job's folder, by its name or by a link"
        case .invalidJobName(let name):
            "name: '\(name)' must be 1 to 100 letters, digits, '-', '_' or '.', and begin with a letter or digit"
        case .jobExists(let name): "there is a job '\(name)' already; choose another name"
        case .unknownJob(let name, let known):
            "there is no job '\(name)'"
                + (name.nearest(among: known).map { "; did you mean '\($0)'?" }
                    ?? (known.isEmpty ? "" : "; there is \(known.joined(separator: ", "))"))
        case .jobIsRunning(let name): "job '\(name)' is being run by another process"
        case .notQueued(let job): "job '\(job)' is not in the queue"
        case .isQueued(let job): "job '\(job)' is in the queue already; cancel it first"
        case .planChanged(let job, let keys):
            "job '\(job)' was begun otherwise: \(keys.map(\.description).joined(separator: "; ")); "
                + "'swiftlet jobs copy \(job) NAME' and the file under that name search anew, and known accuracies are reused"
        case .otherGuideVersion(let job):
            "job '\(job)' was begun by another version of Swiftlet: it can be read, and 'swiftlet jobs copy \(job) NAME' with the "
                + "file under that name searches anew"
        case .unknownDevice(let device, let job, let known):
            "job '\(job)' has no device '\(device)'; "
                + (device.nearest(among: known).map { "did you mean '\($0)'?" }
                    ?? "it has \(known.joined(separator: ", "))")
        case .unknownCandidate(let prefix, let job): "job '\(job)' has no candidate '\(prefix)'"
        case .ambiguousCandidate(let prefix, let matches):
            "'\(prefix)' could be \(matches.map { String($0.prefix(12)) }.joined(separator: " or "))"
        case .malformedRow(let table, let column, let value):
            "table \(table), column \(column): unexpected '\(value)'"
        }
    }

    /// What a SQLite error means for the user.
    static func from(_ error: any Error, path: String) -> any Error {
        if error is RowDecodingError {
            return StoreError.corrupt(path: path, detail: "a value is not what its column holds")
        }
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL: return StoreError.diskFull(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM: return StoreError.readOnly(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: return StoreError.locked(path: path)
        case .SQLITE_NOTADB: return StoreError.notADatabase(path: path)
        case .SQLITE_CORRUPT: return StoreError.corrupt(path: path, detail: error.message ?? "malformed")
        case .SQLITE_CANTOPEN where openFilesAreExhausted: return StoreError.tooManyOpenFiles(path: path)
        case .SQLITE_CANTOPEN where FileManager.default.fileExists(atPath: path):
            return StoreError.readOnly(path: path)
        default: return StoreError.failed(path: path, detail: error.message ?? error.resultCode.description)
        }
    }
}

/// Whether as many files as a database needs (itself, its log, the index of the log, a folder, a journal) cannot be opened.
private var openFilesAreExhausted: Bool {
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    for _ in 0..<5 {
        let descriptor = open("/", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == EMFILE || errno == ENFILE }
        descriptors.append(descriptor)
    }
    return false
}

/// One key of a plan that differs from the recorded one.
public struct PlanDifference: Hashable, Sendable, CustomStringConvertible {
    /// Path of the key in the plan, such as `training.epochs`.
    public let key: String
    /// nil = the recorded plan has no such key.
    public let recorded: String?
    /// The value now; nil where there is no such key any more.
    public let requested: String?

    /// The key with both values, hashes cut to eight digits.
    public var description: String {
        if let recorded, let requested, PlanDifference.isHash(recorded), PlanDifference.isHash(requested) {
            return "\(key) has other content (\(recorded.prefix(8)), now \(requested.prefix(8)))"
        }
        return "\(key) was \(PlanDifference.words(recorded)), now \(PlanDifference.words(requested))"
    }

    /// An exact value as a person reads it: without quotes, versions of encodings and what is not given.
    private static func words(_ value: String?) -> String {
        guard let value, value != "null" else { return "not given" }
        return value.replacing(#/version: \d+, /#, with: "").replacing(#/(, )?\w+: null/#, with: "")
            .replacing("\"", with: "")
    }

    private static func isHash(_ text: String) -> Bool { text.count == 64 && text.allSatisfy(\.isHexDigit) }
}
