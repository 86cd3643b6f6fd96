import ArgumentParser
import Foundation
import Reports
import SwiftletKit

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Lists every job, or renames, copies, deletes one.",
        subcommands: [List.self, Rename.self, Copy.self, Delete.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists every job: state, evaluations, seconds, hypervolume.")

        @OptionGroup var database: DatabaseOption
        @OptionGroup var table: TableOption
        @OptionGroup var output: FormatOption

        func run() throws { try Terminal.print(try database.review.jobs(), as: output.format, table.style) }
    }

    struct Rename: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Gives a job another name.")

        @Argument(help: "The name of the job.")
        var job: String

        @Argument(help: "Its new name.")
        var name: String

        @OptionGroup var database: DatabaseOption
        @OptionGroup var output: FormatOption

        func run() throws {
            try Terminal.print(try rename(job: job, to: name, database: database.db), as: output.format)
        }
    }

    struct Copy: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copies a job with all that it found, so that an edited file may search anew.")

        @Argument(help: "The name of the job.")
        var job: String

        @Argument(help: "The name of the copy.")
        var name: String

        @OptionGroup var database: DatabaseOption
        @OptionGroup var output: FormatOption

        func run() throws {
            try Terminal.print(try copy(job: job, to: name, database: database.db), as: output.format)
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a job with all that it found, and its files.")

        @Argument(help: "The name of the job.")
        var job: String

        @Flag(help: "Do not ask.")
        var yes = false

        @OptionGroup var database: DatabaseOption
        @OptionGroup var output: FormatOption

        func run() throws {
            guard try yes || isConfirmed() else { throw ValidationError("nothing was deleted") }
            try Terminal.print(try delete(job: job, database: database.db), as: output.format)
        }

        /// Asks at a terminal; elsewhere the option has to say it.
        private func isConfirmed() throws -> Bool {
            guard isatty(STDIN_FILENO) == 1 else {
                throw ValidationError("'jobs delete' asks at a terminal; --yes deletes without asking")
            }
            Terminal.note("Delete job '\(job)' with its models? [y/N]")
            return readLine()?.lowercased() == "y"
        }
    }
}
