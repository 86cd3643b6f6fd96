import ArgumentParser
import Foundation
import Quantities
import Reports
import SwiftletKit

struct FrontCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "front", abstract: "Prints the Pareto front of a job on a device.")

    @Argument(help: "The name of the job.")
    var job: String

    @Option(help: "The device; without it every device of the job.")
    var device: String?

    @Option(help: "inherited, trained, final or table; without it the best that exists.")
    var fidelity: Fidelity?

    @Flag(help: "Every candidate, not only the feasible front.")
    var all = false

    @Flag(help: "Draw accuracy over the first cost.")
    var plot = false

    @OptionGroup var database: DatabaseOption
    @OptionGroup var table: TableOption
    @OptionGroup var output: FormatOption

    func run() throws {
        let review = try database.review
        if let device {
            let front = try review.front(
                of: job, on: device, fidelity: fidelity, includesAll: all, hasPicture: plot)
            try Terminal.print(front, as: output.format, table.style)
        } else {
            let fronts = try review.fronts(of: job, fidelity: fidelity, includesAll: all, hasPicture: plot)
            try Terminal.print(fronts, as: output.format, table.style)
        }
    }
}

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one candidate: choices, metrics and cost on every device.")

    @Argument(help: "The name of the job.")
    var job: String

    @Argument(help: "The candidate's id, or enough of its beginning.")
    var candidate: String

    @Option(help: "Only this device.")
    var device: String?

    @Flag(help: "The predicted cost layer by layer.")
    var layers = false

    @Flag(help: "What each pass of the engine saves on this computer, measured without it.")
    var passes = false

    @OptionGroup var database: DatabaseOption
    @OptionGroup var table: TableOption
    @OptionGroup var output: FormatOption

    func run() throws {
        let answer = try database.review.candidate(
            candidate, of: job, on: device, hasLayers: layers, hasPasses: passes)
        try Terminal.print(answer, as: output.format, table.style)
    }
}

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "One row an evaluation, in proposal order (CSV unless asked otherwise).")

    @Argument(help: "The name of the job.")
    var job: String

    @OptionGroup var database: DatabaseOption
    @OptionGroup var table: TableOption

    @Option(help: "table, json or csv.")
    var format: AnswerFormat = .csv

    func run() throws {
        let review = try database.review
        guard format == .csv else {
            try Terminal.print(try review.history(of: job), as: format, table.style)
            return
        }
        // Page by page: a long history never lies in memory whole.
        var reader = try review.historyReader(of: job)
        guard let first = try reader.next() else {
            try Terminal.print(try review.history(of: job), as: .csv)
            return
        }
        try Terminal.write(first.csv.text, to: .standardOutput)
        while let page = try reader.next() { try Terminal.write(page.csv.body, to: .standardOutput) }
    }
}
