import Foundation
import GRDB
import Search

/// What can be wrong with a database, a job or a candidate's name; each description is one sentence that
/// names it.
public enum StoreError: Error, Hashable, CustomStringConvertible {
    case missing(path: String)
    case notADatabase(path: String)
    /// A SQLite database of another program.
    case foreign(path: String)
    case newerSchema(path: String, found: Int, known: Int)
    case corrupt(path: String, detail: String)
    case readOnly(path: String)
    case diskFull(path: String)
    case locked(path: String)
    case failed(path: String, detail: String)
    case exists(path: String)
    case missingFile(path: String, candidate: String)
    case invalidJobName(String)
    case unknownJob(String, known: [String])
    case jobIsRunning(String)
    case planChanged(job: String, keys: [PlanDifference])
    case unknownDevice(String, job: String, known: [String])
    case unknownCandidate(String, job: String)
    case ambiguousCandidate(String, matches: [String])
    case malformedRow(table: String, column: String, value: String)

    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such database; `swiftlet search` makes one"
        case .notADatabase(let path): "\(path): not a SQLite database"
        case .foreign(let path): "\(path): a database of another program; name another file with --db"
        case .newerSchema(let path, let found, let known):
            "\(path): written by a newer version (schema \(found), this one knows \(known)); update swiftlet"
        case .corrupt(let path, let detail):
            "\(path): damaged (\(detail)); restore a backup made with `swiftlet db backup`"
        case .readOnly(let path): "\(path): cannot be written; check its permissions and those of its folder"
        case .diskFull(let path): "\(path): the disk is full; nothing of this evaluation was written"
        case .locked(let path): "\(path): another process holds the database; try again when it is done"
        case .failed(let path, let detail): "\(path): \(detail)"
        case .exists(let path): "\(path): exists already"
        case .missingFile(let path, let candidate):
            "\(path): is missing, a file of candidate \(candidate.prefix(12)); restore the job's folder"
        case .invalidJobName(let name):
            "name: '\(name)' must be 1 to 100 letters, digits, '-', '_' or '.', and begin with a letter or digit"
        case .unknownJob(let name, let known):
            "there is no job '\(name)'" + (known.isEmpty ? "" : "; there is \(known.joined(separator: ", "))")
        case .jobIsRunning(let name): "job '\(name)' is being run by another process"
        case .planChanged(let job, let keys):
            "job '\(job)' was begun with another plan: \(keys.map(\.description).joined(separator: "; "))"
                + " (only the budget may change; give the new plan another name)"
        case .unknownDevice(let device, let job, let known):
            "job '\(job)' has no device '\(device)'; it has \(known.joined(separator: ", "))"
        case .unknownCandidate(let prefix, let job): "job '\(job)' has no candidate '\(prefix)'"
        case .ambiguousCandidate(let prefix, let matches):
            "'\(prefix)' could be \(matches.map { String($0.prefix(12)) }.joined(separator: " or "))"
        case .malformedRow(let table, let column, let value):
            "table \(table), column \(column): unexpected '\(value)'"
        }
    }

    /// What a SQLite error means for the user.
    static func from(_ error: any Error, path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL: return StoreError.diskFull(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM: return StoreError.readOnly(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: return StoreError.locked(path: path)
        case .SQLITE_NOTADB: return StoreError.notADatabase(path: path)
        case .SQLITE_CORRUPT: return StoreError.corrupt(path: path, detail: error.message ?? "malformed")
        case .SQLITE_CANTOPEN where FileManager.default.fileExists(atPath: path):
            return StoreError.readOnly(path: path)
        default: return StoreError.failed(path: path, detail: error.message ?? error.resultCode.description)
        }
    }
}

/// One key of a plan that differs from the recorded one.
public struct PlanDifference: Hashable, Sendable, CustomStringConvertible {
    public let key: String
    /// nil = the recorded plan has no such key.
    public let recorded: String?
    public let requested: String?

    public var description: String {
        "\(key) was \(recorded ?? "not given"), now \(requested ?? "not given")"
    }
}
