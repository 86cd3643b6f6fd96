public import ArgumentParser
import SwiftletKit

extension OutputFormat: ExpressibleByArgument {}

/// Options that many subcommands share.
struct FormatOption: ParsableArguments {
    @Option(help: "table, json or csv.")
    var format: OutputFormat = .table
}

struct DatabaseOption: ParsableArguments {
    @Option(help: "The database that keeps all jobs.")
    var db = "results/swiftlet.sqlite"
}
