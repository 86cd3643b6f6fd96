import ArgumentParser
import Quantities
import Reports
import SwiftletKit

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compares the fronts of two jobs, by the first one's objectives and bounds.")

    @Argument(help: "The name of a job.")
    var first: String

    @Argument(help: "The name of another one.")
    var second: String

    @Option(help: "Only this device.")
    var device: String?

    @Option(help: "inherited, trained, final or table; without it the best that both have.")
    var fidelity: Fidelity?

    @OptionGroup var database: DatabaseOption
    @OptionGroup var table: TableOption
    @OptionGroup var output: FormatOption

    func run() throws {
        let answer = try database.review.difference(
            between: first, and: second, on: device, fidelity: fidelity)
        try Terminal.print(answer, as: output.format, table.style)
    }
}

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a page with each device's front, its picture and how the search went.")

    @Argument(help: "The name of the job.")
    var job: String

    @Option(help: "The .html file to write.")
    var output: String

    @Flag(help: "Replace the file where it exists.")
    var force = false

    @OptionGroup var database: DatabaseOption
    @OptionGroup var format: FormatOption

    func run() throws {
        let answer = try database.review.report(on: job, output: output, replacing: force)
        try Terminal.print(answer, as: format.format)
    }
}

struct RescoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescore",
        abstract:
            "Prices every candidate of a job on a device: one calibrated since, or one that the job does not name."
    )

    @Argument(help: "The name of the job.")
    var job: String

    @Option(help: "The device, or a profile's .yaml file.")
    var device: String

    @Option(help: "A folder that replaces the data set's path.")
    var data: String?

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func run() throws {
        let answer = try rescore(job: job, on: device, data: data, database: database.db)
        try Terminal.print(answer, as: output.format)
    }
}

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Takes over the jobs of another database, and the models beside it.")

    @Argument(help: "The other database.")
    var other: String

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func run() throws { try Terminal.print(try merge(other, into: database.db), as: output.format) }
}

struct DatabaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Looks after the database: check, backup.",
        subcommands: [Check.self, Backup.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Reads every page, index and reference.")

        @OptionGroup var database: DatabaseOption
        @OptionGroup var output: FormatOption

        func run() throws { try Terminal.print(try checkDatabase(database.db), as: output.format) }
    }

    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a compact copy of the database, also while a search runs.")

        @Argument(help: "The file to write.")
        var destination: String

        @Flag(help: "Replace the file where it exists.")
        var force = false

        @OptionGroup var database: DatabaseOption
        @OptionGroup var output: FormatOption

        func run() throws {
            try Terminal.print(try backUp(database.db, to: destination, replacing: force), as: output.format)
        }
    }
}
