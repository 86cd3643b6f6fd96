import ArgumentParser
import Reports
import SwiftletKit

struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Hands out a device's finalists to be timed there, and takes the times back.")

    @Argument(help: "The name of the job.")
    var job: String

    @Option(help: "The device, or a profile's .yaml file.")
    var device: String

    @Option(help: "The folder to write: a model a finalist, and a table to fill in.")
    var emit: String?

    @Option(help: "The table with the times filled in.")
    var ingest: String?

    @Option(help: "Rows a finalist in the table. (default: 3)")
    var repeats: Int?

    @Option(help: "A command that times a model and prints 'latency_ms: NUMBER', with {model} for its path.")
    var runner: String?

    @Option(help: "Seconds after which a run of the runner is ended. (default: 120)")
    var timeout: Int?

    @Option(help: "The unit of the times: ms, us or s. (default: ms)")
    var unit: TimeUnit?

    @Flag(help: "Replace the files of a folder that exists.")
    var force = false

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard (emit == nil) != (ingest == nil) else {
            throw ValidationError("Give either --emit DIR or --ingest CSV.")
        }
        guard emit == nil || unit == nil else { throw ValidationError("--unit goes with --ingest.") }
        guard ingest == nil || repeats == nil && !force && runner == nil else {
            throw ValidationError("--repeats, --runner and --force go with --emit.")
        }
        guard runner != nil || timeout == nil else { throw ValidationError("--timeout goes with --runner.") }
    }

    func run() async throws {
        if let emit, let runner {
            try Terminal.print(try await measured(by: runner, in: emit), as: output.format)
        } else if let emit {
            let answer = try Review(database: database.db).emitFinalists(
                of: job, on: device, to: emit, repeats: repeats ?? 3, replacing: force)
            try Terminal.print(answer, as: output.format)
        } else if let ingest {
            let answer = try ingestMeasurements(
                ingest, unit: unit ?? .milliseconds, job: job, device: device, database: database.db)
            try Terminal.print(answer, as: output.format)
        }
    }

    private func measured(by runner: String, in folder: String) async throws -> IngestedAnswer {
        let request = RunnerRequest(
            command: runner, repeats: repeats ?? 3, secondsAllowed: timeout ?? 120)
        let (job, device, force, path) = (job, device, force, database.db)
        let line = ProgressLine()
        defer { line.end() }
        return try await Interruption.cancelling {
            try measureFinalists(
                of: job, on: device, by: request, in: folder, replacing: force, database: path
            ) { line.show($0) }
        }
    }
}
