/// Why a runner gave no time, in one sentence that says what to change.
public enum RunnerError: Error, Hashable, CustomStringConvertible {
    /// The command does not say where the model goes.
    case noModel(command: String)
    /// No time that a run may take.
    case timeout(seconds: Int)
    /// The system did not start the shell.
    case notStarted(reason: String)
    /// `complaint` is the last line of its standard error, else of its output.
    case exited(status: Int, complaint: String?)
    /// Something ended the command.
    case signalled(number: Int)
    /// It took longer than it may and was ended.
    case timedOut(seconds: Int)
    /// It printed more than is kept and was ended.
    case tooMuchOutput(mebibytes: Int)
    /// It ended well and printed nothing.
    case silent
    /// It printed something that holds no time; the last line.
    case unreadable(line: String)
    /// It printed a time in another unit than milliseconds.
    case otherUnit(line: String)
    /// A value that no measurement has.
    case impossible(key: String, value: String)

    /// One sentence that says what to change.
    public var description: String {
        switch self {
        case .noModel(let command):
            "the runner '\(command)' does not say where the model goes; write {model} there"
        case .timeout(let seconds): "a runner may take from 1 to 86400 seconds a model, got \(seconds)"
        case .notStarted(let reason): "the runner cannot be started: \(reason)"
        case .exited(let status, let complaint):
            "the runner ended with status \(status)" + (complaint.map { ": \($0)" } ?? " and said nothing")
        case .signalled(let number): "the runner was ended by signal \(number)"
        case .timedOut(let seconds):
            "the runner took more than \(seconds) s and was ended; --timeout allows it more"
        case .tooMuchOutput(let mebibytes):
            "the runner printed more than \(mebibytes) MiB and was ended"
        case .silent: "the runner printed nothing; expected a line such as 'latency_ms: 12.3'"
        case .unreadable(let line):
            "the runner printed no time, but '\(line)'; expected a line such as 'latency_ms: 12.3'"
        case .otherUnit(let line):
            "the runner printed '\(line)'; times are read in milliseconds only, as latency_ms"
        case .impossible(let key, let value):
            "the runner printed \(key) \(value), expected a positive number"
        }
    }

    /// Whether another model would fare no better: the command or what it prints is wrong.
    public var concernsEveryModel: Bool {
        switch self {
        case .noModel, .timeout, .notStarted, .silent, .unreadable, .otherUnit, .impossible, .tooMuchOutput:
            true
        // The shell says 126 and 127 where it cannot run the command.
        case .exited(let status, _): status == 126 || status == 127
        case .signalled, .timedOut: false
        }
    }
}
