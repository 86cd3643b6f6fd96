import ArgumentParser
import SwiftletKit

struct MeasureCommand: ParsableCommand {
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
        guard ingest == nil || repeats == nil && !force else {
            throw ValidationError("--repeats and --force go with --emit.")
        }
    }

    func run() throws {
        if let emit {
            let answer = try Review(database: database.db).emitFinalists(
                of: job, on: device, to: emit, repeats: repeats ?? 3, replacing: force)
            try Terminal.print(answer, as: output.format)
        } else if let ingest {
            let answer = try ingestMeasurements(
                ingest, unit: unit ?? .milliseconds, job: job, device: device, database: database.db)
            try Terminal.print(answer, as: output.format)
        }
    }
}
