import ArgumentParser
import SwiftletKit

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Runs a job, or resumes it where it stopped.")

    @Argument(help: "The job file.")
    var job: String

    @Flag(help: "Print the resolved plan and the expected times; do nothing.")
    var dryRun = false

    @Option(help: "A folder that replaces the data set's path.")
    var data: String?

    @Option(help: "Replaces the seed of the job file.")
    var seed: Int?

    @Option(help: "How many candidates are worked on at once (default: all cores).")
    var threads: Int?

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func run() async throws {
        let request = SearchRequest(job: job, data: data, seed: seed, threads: threads, database: database.db)
        if dryRun {
            try Terminal.print(try plan(of: request), as: output.format)
            return
        }
        let progress = ProgressLine()
        let answer = try await Interruption.cancelling {
            try await search(request) { progress.show($0) }
        }
        progress.end()
        try Terminal.print(answer, as: output.format)
    }
}
