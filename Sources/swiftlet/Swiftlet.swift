import ArgumentParser
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
        subcommands: [
            SearchCommand.self, FinishCommand.self, JobsCommand.self, FrontCommand.self, SelectCommand.self,
            ShowCommand.self, HistoryCommand.self, ReportCommand.self, DiffCommand.self, RescoreCommand.self,
            MeasureCommand.self, StudyCommand.self,
            InspectCommand.self, RunCommand.self, BenchmarkCommand.self, PredictCommand.self,
            ExportCommand.self,
            VerifyCommand.self, SamplesCommand.self, DevicesCommand.self, SpacesCommand.self,
            MergeCommand.self,
            DatabaseCommand.self,
        ])

    static func main() async {
        SystemLimits.require()
        do {
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
}
