import ArgumentParser
import Reports
import SwiftletKit

struct SamplesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samples",
        abstract:
            "Writes a part of a job's data as arrays: as loaded, as a network reads it, and what is true of it."
    )

    @Argument(help: "The job file.")
    var job: String

    @Option(help: "train, validation or test.")
    var part: SamplePart = .test

    @Option(help: "A folder that replaces the data set's path.")
    var data: String?

    @Option(help: "The .npz file to write.")
    var output: String

    @Flag(help: "Replace the output file where it exists.")
    var force = false

    @Option(help: "table, json or csv.")
    var format: AnswerFormat = .table

    func run() throws {
        let answer = try ModelCommands.samples(
            of: job, part: part, data: data, output: output, replacing: force)
        try Terminal.print(answer, as: format)
    }
}
