import Foundation

/// A command that times one model where it will run, such as `ssh pi@board benchmark_model --graph={model}`.
///
/// The command is run by `/bin/sh`, once a model. Each `{model}` is replaced by the model's path, quoted.
public struct Runner: Hashable, Sendable {
    /// As the user wrote it, with `{model}`.
    public let command: String
    /// A run that takes longer is ended, with everything it started.
    public let secondsAllowed: Int

    /// Throws where the command names no `{model}` or the time is outside 1 to 86,400 seconds.
    public init(_ command: String, secondsAllowed: Int = 120) throws(RunnerError) {
        guard command.contains(Runner.modelMark) else { throw .noModel(command: command) }
        guard (1...86_400).contains(secondsAllowed) else { throw .timeout(seconds: secondsAllowed) }
        self.command = command
        self.secondsAllowed = secondsAllowed
    }

    /// What the runner says of one model.
    ///
    /// - Parameter model: the path of its file.
    /// - Throws: `RunnerError`, or `CancellationError` where the task is cancelled meanwhile; the command is ended then.
    public func time(_ model: String) throws -> RunnerReading {
        let path = URL(filePath: model).path(percentEncoded: false)
        let process = try ShellProcess(command.replacing(Runner.modelMark, with: path.shellQuoted))
        let end = try process.wait(atMost: .seconds(secondsAllowed))
        switch end {
        case .exited(status: 0): return try RunnerReading(parsing: process.output)
        case .exited(let status): throw RunnerError.exited(status: status, complaint: process.complaint)
        case .signalled(let number): throw RunnerError.signalled(number: number)
        case .tookTooLong: throw RunnerError.timedOut(seconds: secondsAllowed)
        case .printedTooMuch: throw RunnerError.tooMuchOutput(mebibytes: ShellProcess.mostMebibytes)
        }
    }

    private static let modelMark = "{model}"
}

extension String {
    /// One word for `/bin/sh`, whatever characters it holds.
    fileprivate var shellQuoted: String { "'\(replacing("'", with: "'\\''"))'" }
}
