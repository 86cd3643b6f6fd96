import ArgumentParser
import Foundation
import Quantities
import Reports
import SwiftletKit

/// The two streams: results on standard output, everything else on standard error.
enum Terminal {
    /// Prints a result in the form asked for; tables fit the terminal unless the style says otherwise.
    static func print(
        _ answer: some Answer, as format: AnswerFormat,
        _ style: TableStyle = TableStyle(width: Terminal.width)
    ) throws {
        let text = try answer.text(as: format, style: style)
        try write(format == .table ? text.printableLines : text, to: .standardOutput)
    }

    /// How many characters a line of standard output holds: those of the terminal, or of COLUMNS where there is none; nil for
    /// a pipe or file, which gets tables whole.
    static var width: Int? {
        columns(of: STDOUT_FILENO) ?? ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init)
    }

    static func note(_ line: String) {
        try? write(line + "\n", to: .standardError)
    }

    /// How many characters a line of the terminal behind a file descriptor holds; nil where it is none.
    static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }

    static func write(_ text: String, to file: FileHandle) throws {
        do {
            try file.write(contentsOf: Data(text.utf8))
        } catch {
            note("swiftlet: cannot write the result: \(error.words.printable)")
            throw ExitStatus.failed
        }
    }

    /// Says in one sentence what went wrong and exits.
    static func leave(because error: any Error, of command: any ParsableCommand.Type) -> Never {
        switch error {
        case let status as ExitStatus: exit(status.rawValue)
        case is CancellationError: exit(ExitStatus.interrupted.rawValue)
        case let error as KitError: leave(saying: "\(error)\(error.hint)", ExitStatus(of: error))
        case let code as ExitCode: exit(code.rawValue)
        case is CleanExit: command.exit(withError: error)
        default: leaveParsing(error, of: command)
        }
    }

    private static func leave(saying sentence: String, _ status: ExitStatus) -> Never {
        note("swiftlet: \(sentence.printable)")
        exit(status.rawValue)
    }

    /// Both are wrong use or invalid input: ArgumentParser words its own errors, all others describe themselves.
    private static func leaveParsing(_ error: any Error, of command: any ParsableCommand.Type) -> Never {
        if command.exitCode(for: error) == .success { command.exit(withError: error) }
        if command.exitCode(for: error) == .validationFailure {
            note(command.fullMessage(for: error).printableLines)
        } else {
            leave(saying: error.words, ExitStatus(of: error))
        }
        exit(ExitStatus.invalidInput.rawValue)
    }
}

extension KitError {
    /// How this command line asks for something else.
    fileprivate var hint: String {
        switch self {
        case .exists: "; --force replaces it"
        case .unfinished: ", --unfinished exports it as the search left it"
        case .notWritten, .disagrees, .outOfRange, .secondsOutOfRange, .noCommonDevice, .refused: ""
        }
    }
}
