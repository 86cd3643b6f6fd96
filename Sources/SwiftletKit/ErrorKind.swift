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
            .missingFile, .invalidJobName, .jobExists, .unknownJob, .planChanged, .otherGuideVersion,
            .unknownDevice, .unknownCandidate, .ambiguousCandidate:
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
