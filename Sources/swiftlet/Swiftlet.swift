import ArgumentParser
import Quantities
import SwiftletKit

/// The command line: each subcommand parses, calls one function of SwiftletKit and prints.
@main
struct Swiftlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swiftlet",
        abstract: "Finds the best small neural network for every device.",
        discussion: """
            Exit status: 0 done; 1 failed; 2 wrong use or invalid input; 3 no device has a feasible model; \
            130 interrupted.
            """,
        version: SwiftletVersion.current,
        subcommands: [
            SearchCommand.self, FinishCommand.self, JobsCommand.self, FrontCommand.self, SelectCommand.self,
            ShowCommand.self, HistoryCommand.self, ReportCommand.self, DiffCommand.self, RescoreCommand.self,
            MeasureCommand.self, StudyCommand.self,
            InspectCommand.self, RunCommand.self, BenchmarkCommand.self, PredictCommand.self,
            ExportCommand.self,
            VerifyCommand.self, SamplesCommand.self, DataCommand.self, InitCommand.self, DevicesCommand.self,
            SpacesCommand.self,
            MergeCommand.self,
            DatabaseCommand.self, ServeCommand.self,
        ])

    static func main() async {
        SystemLimits.require()
        do {
            try refuseUnknownCommands()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Terminal.leave(because: error, of: self)
        }
    }

    /// Names the nearest command where the first words are none.
    private static func refuseUnknownCommands() throws {
        var (command, path): (any ParsableCommand.Type, String) = (Swiftlet.self, "swiftlet")
        for word in CommandLine.arguments.dropFirst() {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
            guard let next = known.first(where: { $0._commandName == word }) else {
                let nearest = word.nearest(among: known.map { $0._commandName })
                throw UnknownCommand(path: path, word: word, nearest: nearest)
            }
            (command, path) = (next, "\(path) \(word)")
        }
    }
}

/// A word that names no command.
private struct UnknownCommand: Error, CustomStringConvertible {
    let path, word: String
    let nearest: String?

    var description: String {
        "there is no '\(path) \(word)'"
            + (nearest.map { "; did you mean '\(path) \($0)'?" } ?? "; see '\(path) --help'")
    }
}
