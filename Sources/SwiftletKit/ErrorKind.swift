import Archives
import ExperimentStore
import Foundation

/// Who can mend what an error of this package is about.
public enum ErrorKind: Sendable {
    /// The request is wrong: another one may do.
    case invalidInput
    /// The request is right, and something else stood in the way: a full disk, another process, a damaged file.
    case failure

    /// What kind of error this is; errors that name no cause are about the input.
    public init(of error: any Error) {
        switch error {
        case let error as KitError: self = error.kind
        case let error as StoreError: self = error.kind
        case let error as ArchiveError: self = error.kind
        case is SystemError, is CocoaError, is POSIXError: self = .failure
        default: self = .invalidInput
        }
    }
}

extension KitError {
    fileprivate var kind: ErrorKind {
        switch self {
        case .notWritten, .disagrees: .failure
        case .exists, .outOfRange, .secondsOutOfRange, .unfinished, .noCommonDevice, .refused: .invalidInput
        }
    }
}

extension StoreError {
    fileprivate var kind: ErrorKind {
        switch self {
        case .corrupt, .readOnly, .diskFull, .locked, .tooManyOpenFiles, .failed, .jobIsRunning,
            .malformedRow,
            .changedFile, .leadsOut:
            .failure
        case .missing, .notADatabase, .foreign, .differentSchema, .noFile, .missingLog, .newerSchema, .exists,
            .folderIsTaken, .missingFile, .invalidJobName, .jobExists, .unknownJob, .planChanged,
            .otherGuideVersion,
            .unknownDevice, .unknownCandidate, .ambiguousCandidate, .notQueued, .isQueued:
            .invalidInput
        }
    }
}

extension ArchiveError {
    fileprivate var kind: ErrorKind {
        switch self {
        case .unwritable: .failure
        case .unreadable, .damaged, .unsupported: .invalidInput
        }
    }
}

/// Why a request cannot be answered, for services that answer with a number.
public enum ErrorCause: Sendable {
    /// It names a job, candidate or device that is not there.
    case unknown
    /// What it asks for is not possible in the present state: a job runs, a name is taken.
    case conflict
    /// It makes no sense.
    case invalid
    /// It makes sense, and something else stood in the way.
    case failure

    /// The cause of an error of this package.
    public init(of error: any Error) {
        switch error {
        case let error as StoreError: self = error.cause
        case KitError.exists, KitError.unfinished: self = .conflict
        default:
            switch ErrorKind(of: error) {
            case .invalidInput: self = .invalid
            case .failure: self = .failure
            }
        }
    }
}

extension StoreError {
    fileprivate var cause: ErrorCause {
        switch self {
        case .unknownJob, .unknownDevice, .unknownCandidate, .notQueued: .unknown
        case .jobIsRunning, .jobExists, .isQueued, .planChanged, .otherGuideVersion, .exists, .folderIsTaken:
            .conflict
        case .missing, .notADatabase, .foreign, .differentSchema, .noFile, .missingLog, .newerSchema,
            .missingFile, .invalidJobName, .ambiguousCandidate:
            .invalid
        case .corrupt, .readOnly, .diskFull, .locked, .tooManyOpenFiles, .failed, .malformedRow, .changedFile,
            .leadsOut:
            .failure
        }
    }
}
