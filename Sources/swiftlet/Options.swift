public import ArgumentParser
import Bundles
import Foundation
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

/// How wide a table may be, and what it shows.
struct TableOption: ParsableArguments {
    @Option(help: "Columns of the table, separated by commas; without it those that fit.")
    var columns: String?

    @Flag(help: "Every column in full, however wide the terminal is.")
    var wide = false

    var style: TableStyle {
        let names = columns.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
        return TableStyle(width: wide ? nil : Terminal.width, columns: names)
    }
}

struct ForceOption: ParsableArguments {
    @Flag(help: "Replace what lies where the result is written.")
    var force = false
}
