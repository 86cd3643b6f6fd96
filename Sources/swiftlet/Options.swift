public import ArgumentParser
import Bundles
import Quantities
import Reports
import Search
import SwiftletKit

extension AnswerFormat: ExpressibleByArgument {}
extension BundleFormat: ExpressibleByArgument {}
extension Fidelity: ExpressibleByArgument {}
extension Preference: ExpressibleByArgument {}
extension ProbeFormat: ExpressibleByArgument {}
extension SamplePart: ExpressibleByArgument {}
extension TimeUnit: ExpressibleByArgument {}

/// Options that many subcommands share.
struct FormatOption: ParsableArguments {
    @Option(help: "table, json or csv.")
    var format: AnswerFormat = .table
}

struct DatabaseOption: ParsableArguments {
    @Option(help: "The database that keeps all jobs.")
    var db = "results/swiftlet.sqlite"

    /// Answers questions about its jobs.
    var review: Review { get throws { try Review(database: db) } }
}

struct ForceOption: ParsableArguments {
    @Flag(help: "Replace what lies where the result is written.")
    var force = false
}
