import ArgumentParser
import SwiftletKit

struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "What each compression of a finished job lost and gained against the uncompressed network.")

    @Argument(help: "The name of the job.")
    var job: String

    @Option(help: "A database with the job; repeat it for each seed.")
    var db = ["results/swiftlet.sqlite"]

    @OptionGroup var output: FormatOption

    func run() throws { try Terminal.print(try study(of: job, in: db), as: output.format) }
}
