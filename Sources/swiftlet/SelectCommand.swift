import ArgumentParser
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

    @OptionGroup var database: DatabaseOption
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
        let request = SelectRequest(limits: try limits(), confidence: confidence, preference: prefer)
        let review = try database.review
        if let device {
            let selection = try review.selection(of: job, for: device, request)
            try Terminal.print(selection, as: output.format)
            if selection.candidate == nil { throw ExitStatus.infeasible }
        } else {
            let selections = try review.selections(of: job, request)
            try Terminal.print(selections, as: output.format)
            if !selections.isFeasible { throw ExitStatus.infeasible }
        }
    }
}
