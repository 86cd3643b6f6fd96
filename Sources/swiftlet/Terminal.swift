import ArgumentParser
import Foundation
import SwiftletKit

/// The two streams: results on standard output, everything else on standard error.
enum Terminal {
    /// Prints a result in the form asked for and ends with its status where that is not 0.
    static func print(_ answer: Answer, as format: OutputFormat) throws {
        let text = answer.text(as: format)
        try write(format == .table ? fitted(text) : text, to: .standardOutput)
        if answer.status != .done { throw ExitCode(answer.status.rawValue) }
    }

    static func note(_ line: String) {
        try? write(line + "\n", to: .standardError)
    }

    /// How many characters a line of the terminal behind a file descriptor holds; nil where it is none.
    static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }

    /// A table's lines as far as the terminal shows them; a pipe or file gets them whole.
    private static func fitted(_ text: String) -> String {
        guard let columns = columns(of: STDOUT_FILENO), columns > 1 else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.count > columns ? $0.prefix(columns - 1) + "…" : $0 }
            .joined(separator: "\n")
    }

    private static func write(_ text: String, to file: FileHandle) throws {
        do {
            try file.write(contentsOf: Data(text.utf8))
        } catch {
            throw CommandError("cannot write the result: \(error.localizedDescription)", status: .failed)
        }
    }

    /// Says in one sentence what went wrong and exits.
    static func leave(because error: any Error, of command: any ParsableCommand.Type) -> Never {
        switch error {
        case let error as CommandError:
            note("swiftlet: \(error)")
            exit(error.status.rawValue)
        case is CancellationError:
            exit(ExitStatus.interrupted.rawValue)
        case let code as ExitCode:
            exit(code.rawValue)
        case is CleanExit:
            command.exit(withError: error)
        default:
            leaveParsing(error, of: command)
        }
    }

    /// Both are wrong use or invalid input: ArgumentParser words its own errors, all others describe themselves.
    private static func leaveParsing(_ error: any Error, of command: any ParsableCommand.Type) -> Never {
        if command.exitCode(for: error) == .success { command.exit(withError: error) }
        if command.exitCode(for: error) == .validationFailure {
            note(command.fullMessage(for: error))
        } else {
            note("swiftlet: \(error)")
        }
        exit(ExitStatus.invalidInput.rawValue)
    }
}
