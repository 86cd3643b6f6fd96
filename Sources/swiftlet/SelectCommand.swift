import ArgumentParser
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
    var prefer = "accuracy"

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard (device != nil) != allDevices else {
            throw ValidationError("Give either --device D or --all-devices.")
        }
    }

    func run() throws {
        let request = SelectRequest(
            limits: [
                ("--max-latency", "latency_ms", maxLatency), ("--min-accuracy", "accuracy", minAccuracy),
                ("--max-model", "model_bytes", maxModel), ("--max-flash", "flash_bytes", maxFlash),
                ("--max-ram", "peak_ram_bytes", maxRam), ("--max-energy", "energy_mj", maxEnergy),
            ],
            confidence: confidence, preference: prefer)
        let answer = try Review(database: database.db).select(job: job, device: device, request)
        try Terminal.print(answer, as: output.format)
    }
}
