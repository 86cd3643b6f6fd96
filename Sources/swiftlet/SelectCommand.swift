import ArgumentParser
import Foundation
import Quantities
import Reports
import Search
import SwiftletKit

struct SelectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "select", abstract: "Picks the best model of a job for a device.")

    @Argument(help: "The name of the job.")
    var job: String

    @Option(help: "The device.")
    var device: String?

    @Flag(help: "One model for each device of the job.")
    var allDevices = false

    @Option(help: "Such as 5ms.") var maxLatency: String?
    @Option(help: "Such as 0.9.") var minAccuracy: String?
    @Option(help: "Such as 64KiB.") var maxModel: String?
    @Option(help: "Such as 1MiB.") var maxFlash: String?
    @Option(help: "Such as 256KiB.") var maxRam: String?
    @Option(help: "Such as 2mJ.") var maxEnergy: String?

    @Option(help: "Hold the latency limit with this probability, such as 0.9.")
    var confidence: Double?

    @Option(help: "accuracy, latency, size, energy or knee.")
    var prefer: Preference = .accuracy

    @Option(help: "An earlier answer as JSON; ends with status 3 where the selection is worse.")
    var atLeastAsGoodAs: String?

    @OptionGroup var database: DatabaseOption
    @OptionGroup var table: TableOption
    @OptionGroup var output: FormatOption

    /// Each limit's option, its metric and what was typed.
    private var typedLimits: [(option: String, metric: Metric, text: String?)] {
        [
            ("--max-latency", .latency, maxLatency), ("--min-accuracy", .accuracy, minAccuracy),
            ("--max-model", .modelSize, maxModel), ("--max-flash", .flash, maxFlash),
            ("--max-ram", .peakRAM, maxRam), ("--max-energy", .energy, maxEnergy),
        ]
    }

    private func limits() throws -> [SelectRequest.Limit] {
        try typedLimits.compactMap { option, metric, text in
            guard let text else { return nil }
            do {
                return SelectRequest.Limit(metric, try metric.value(parsing: text))
            } catch {
                throw ValidationError("\(option): \(error)")
            }
        }
    }

    func validate() throws {
        guard (device != nil) != allDevices else {
            throw ValidationError("Give either --device D or --all-devices.")
        }
        _ = try limits()
    }

    func run() throws {
        let earlier = try atLeastAsGoodAs.map(earlierSelections)
        let request = SelectRequest(limits: try limits(), confidence: confidence, preference: prefer)
        let review = try database.review
        if let device {
            let selection = try review.selection(of: job, for: device, request)
            try Terminal.print(selection, as: output.format, table.style)
            try finish([selection], beside: earlier)
        } else {
            let selections = try review.selections(of: job, request)
            try Terminal.print(selections, as: output.format, table.style)
            try finish(selections.selections, beside: earlier)
        }
    }

    /// The answer that a file holds: one selection, or one for each device.
    private func earlierSelections(in path: String) throws -> [SelectionAnswer] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path): cannot be read")
        }
        if let one = try? JSONDecoder().decode(SelectionAnswer.self, from: data) { return [one] }
        if let several = try? JSONDecoder().decode(SelectionsAnswer.self, from: data) {
            return several.selections
        }
        throw ValidationError("\(path): expected what 'swiftlet select --format json' prints")
    }

    /// Ends with status 3 where no device has a model, or one is worse than the earlier one.
    private func finish(_ selections: [SelectionAnswer], beside earlier: [SelectionAnswer]?) throws {
        if selections.allSatisfy({ $0.candidate == nil }) { throw ExitStatus.infeasible }
        guard let earlier else { return }
        let pairs = earlier.compactMap { before in
            selections.first { $0.device == before.device }.map { (now: $0, before: before) }
        }
        guard !pairs.isEmpty else { throw ValidationError("the earlier answer is about other devices") }
        let shortfalls = pairs.flatMap { $0.now.shortfalls(against: $0.before) }
        for sentence in shortfalls { Terminal.note("swiftlet: worse than before: \(sentence)") }
        if !shortfalls.isEmpty { throw ExitStatus.infeasible }
    }
}
