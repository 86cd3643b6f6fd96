import SwiftletKit

/// How a command ended, where it is not well; the raw value is the process's exit status.
enum ExitStatus: Int32, Error {
    case failed = 1
    case invalidInput = 2
    /// No device has a feasible model; the nearest are printed.
    case infeasible = 3
    case interrupted = 130
}

extension ExitStatus {
    /// The status for an error of SwiftletKit.
    init(of error: any Error) {
        switch ErrorKind(of: error) {
        case .invalidInput: self = .invalidInput
        case .failure: self = .failed
        }
    }
}
