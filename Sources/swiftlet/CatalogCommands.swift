import ArgumentParser
import Reports
import SwiftletKit

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Device profiles: list, show, validate, probes, calibrate.",
        subcommands: [List.self, Show.self, Validate.self, Probes.self, Calibrate.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists every known device.")
        @Option(help: "Only this kind: cpu, gpu, systolic, fpga, microcontroller or vector-npu.")
        var kind: String?
        @Option(help: "Only runtimes with this in their name, such as ncnn or TensorRT.")
        var runtime: String?
        @Option(help: "Only devices with this in their name or title, such as cortex-a53.")
        var search: String?
        @OptionGroup var output: FormatOption
        func run() throws {
            let filter = DeviceFilter(kind: kind, runtime: runtime, search: search)
            try Terminal.print(try DeviceCommands.list(filter), as: output.format)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a profile and where its figures come from.")
        @Argument(help: "A device, or the path of a profile ending in .yaml.")
        var device: String
        @OptionGroup var output: FormatOption
        func run() throws { try Terminal.print(try DeviceCommands.show(device), as: output.format) }
    }

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks profiles; without arguments all known ones.")
        @Argument(help: "Devices, or paths of profiles ending in .yaml.")
        var devices: [String] = []
        @OptionGroup var output: FormatOption
        func run() throws { try Terminal.print(try DeviceCommands.validate(devices), as: output.format) }
    }

    struct Probes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the models whose times on the device tell most, and a table of their times.")
        @Argument(help: "A device, or the path of a profile ending in .yaml.")
        var device: String
        @Option(help: "The space that the models are taken from.")
        var space: String
        @Option(help: "How many models.")
        var count = 10
        @Option(help: "A CSV file with a column 'architecture' to choose from.")
        var candidates: String?
        @Option(help: "onnx, tflite, swiftlet or all; without it what the runtime loads.")
        var modelFormat: ProbeFormat?
        @Option(help: "The folder to write.")
        var output: String
        @OptionGroup var runner: RunnerOptions
        @OptionGroup var replacing: ForceOption
        @OptionGroup var form: FormatOption
        func run() async throws {
            let request = ProbeRequest(
                device: device, space: space, count: count, candidates: candidates, format: modelFormat,
                output: output, replacing: replacing.force, runner: runner.request)
            try Terminal.print(
                try await runner.showing { try DeviceCommands.probes(request, progress: $0) },
                as: form.format)
        }
    }

    struct Calibrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fits a profile to measured times, or to those that a runner takes.",
            discussion:
                "With both --measurements and --runner, the runner times only those models again whose times the others contradict."
        )
        @Argument(help: "A device, or the path of a profile ending in .yaml.")
        var device: String
        @Option(help: "A CSV file with 'architecture' or 'model', 'latency_ms' and perhaps 'energy_mj'.")
        var measurements: String?
        @Option(help: "The unit of the times in the file: ms, us or s. (default: ms)")
        var unit: TimeUnit?
        @Option(help: "The space of the architectures, where several could read them, or of the probes.")
        var space: String?
        @Option(help: "How many models a runner times. (default: 10)")
        var count: Int?
        @Option(help: "onnx, tflite or swiftlet for a runner; without it what the runtime loads.")
        var modelFormat: ProbeFormat?
        @Option(help: "The profile to write.")
        var output: String
        @OptionGroup var runner: RunnerOptions
        @OptionGroup var replacing: ForceOption
        @OptionGroup var form: FormatOption

        func validate() throws {
            guard measurements != nil || runner.runner != nil else {
                throw ValidationError("Give --measurements CSV or --runner 'COMMAND {model}'.")
            }
            guard measurements == nil || count == nil && modelFormat == nil else {
                throw ValidationError(
                    "--count and --model-format go with --runner and without --measurements.")
            }
            guard runner.runner == nil || (space != nil || measurements != nil) && unit == nil else {
                throw ValidationError("--runner needs --space NAME, and its times are in milliseconds.")
            }
        }

        func run() async throws {
            let answer = try await runner.showing { try calibrate($0) }
            try Terminal.print(answer, as: form.format)
        }

        /// Probes and their times are kept beside the profile, in a folder of its name.
        private func calibrate(_ progress: @escaping (JobProgress) -> Void) throws -> CalibrationAnswer {
            if let request = runner.request, let space, measurements == nil {
                let probes = ProbeRequest(
                    device: device, space: space, count: count ?? 10, format: modelFormat,
                    output: output.replacing(".yaml", with: "") + "-probes", replacing: replacing.force,
                    runner: request)
                return try DeviceCommands.calibrate(measuring: probes, output: output, progress: progress)
            }
            return try DeviceCommands.calibrate(
                CalibrationRequest(
                    device: device, measurements: measurements ?? "", unit: unit ?? .milliseconds,
                    space: space, output: output, replacing: replacing.force, runner: runner.request),
                progress: progress)
        }
    }
}

struct SpacesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spaces", abstract: "Search spaces: list, show, count, sample.",
        subcommands: [List.self, Show.self, Count.self, Sample.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists every known space.")
        @OptionGroup var output: FormatOption
        func run() throws { try Terminal.print(try SpaceCommands.list(), as: output.format) }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what can be chosen in a space.")
        @Argument(help: "A space, or the path of one ending in .yaml.")
        var space: String
        @OptionGroup var output: FormatOption
        func run() throws { try Terminal.print(try SpaceCommands.show(space), as: output.format) }
    }

    struct Count: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Counts the points of a space exactly.")
        @Argument(help: "A space, or the path of one ending in .yaml.")
        var space: String
        @OptionGroup var output: FormatOption
        func run() throws { try Terminal.print(try SpaceCommands.count(space), as: output.format) }
    }

    struct Sample: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Draws random points of a space.")
        @Argument(help: "A space, or the path of one ending in .yaml.")
        var space: String
        @Option(help: "How many points.")
        var count = 10
        @Option(help: "The seed.")
        var seed = 1
        @OptionGroup var output: FormatOption
        func run() throws {
            try Terminal.print(try SpaceCommands.sample(space, count: count, seed: seed), as: output.format)
        }
    }
}

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predicts what a model, or architectures of a space, cost on a device.")

    @Argument(help: "A model ending in .onnx, .tflite or .swiftlet; or none, with --space.")
    var model: String?

    @Option(help: "A space, or the path of one ending in .yaml.")
    var space: String?

    @Option(help: "A CSV file with a column 'architecture' (and perhaps 'compression').")
    var architectures: String?

    @Option(help: "A device, or the path of a profile ending in .yaml.")
    var device: String

    @OptionGroup var memory: MemoryOption
    @OptionGroup var inputs: InputSizesOption
    @OptionGroup var output: FormatOption

    func validate() throws {
        let namesSpace = space != nil && architectures != nil
        guard (model != nil) != namesSpace, (space == nil) == (architectures == nil) else {
            throw ValidationError("Give either a model, or --space together with --architectures.")
        }
    }

    func run() throws {
        if let model {
            let answer = try ModelCommands.predict(
                model, on: device, memory: memory.bytes, inputs: inputs.options)
            try Terminal.print(answer, as: output.format)
        } else if let space, let architectures {
            let answer = try SpaceCommands.predict(space: space, architectures: architectures, on: device)
            try Terminal.print(answer, as: output.format)
        }
    }
}
