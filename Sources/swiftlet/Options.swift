public import ArgumentParser
import Bundles
import Foundation
import ModelGraph
import Quantities
import Reports
import Search
import SwiftletKit

extension AnswerFormat: ExpressibleByArgument {}
extension BundleFormat: ExpressibleByArgument {}
extension Fidelity: ExpressibleByArgument {}
extension ModelInterface: ExpressibleByArgument {}
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

/// A command that times models.
struct RunnerOptions: ParsableArguments {
    @Option(help: "A command that times a model and prints 'latency_ms: NUMBER', with {model} for its path.")
    var runner: String?

    @Option(help: "How often the runner times each model. (default: 3)")
    var repeats: Int?

    @Option(help: "Seconds after which a run is ended. (default: 120)")
    var timeout: Int?

    func validate() throws {
        guard runner != nil || repeats == nil && timeout == nil else {
            throw ValidationError("--repeats and --timeout go with --runner.")
        }
    }

    /// Nil where no runner is asked for.
    var request: RunnerRequest? {
        runner.map { RunnerRequest(command: $0, repeats: repeats ?? 3, secondsAllowed: timeout ?? 120) }
    }

    /// Does work that may take times, with its progress on standard error; an interruption keeps what was measured.
    func showing<Answer: Sendable>(
        _ work: @escaping @Sendable (@escaping (JobProgress) -> Void) throws -> Answer
    ) async throws -> Answer {
        let line = ProgressLine()
        defer { line.end() }
        return try await Interruption.cancelling { try work { line.show($0) } }
    }
}
