import ArgumentParser
import Bundles
import ModelGraph
import Quantities
import Reports
import SwiftletKit

struct MemoryOption: ParsableArguments {
    @Option(help: "What the model may take, such as 512MiB or 4GiB, checked before allocation.")
    var maxMemory: String?

    func validate() throws {
        guard let maxMemory else { return }
        guard let bytes = Unit.byteCount(parsing: maxMemory), bytes > 0 else {
            throw ValidationError("--max-memory: expected a size such as 512MiB or 4GiB, got '\(maxMemory)'")
        }
    }

    /// The limit in bytes.
    var bytes: Int { maxMemory.flatMap(Unit.byteCount(parsing:)) ?? ModelCommands.defaultMemory }
}

struct InputSizesOption: ParsableArguments {
    @Option(
        name: .customLong("input-shape"),
        help: "NAME=1x3x48x192: the shape of an input that the file leaves open; may be repeated.")
    var shapes: [String] = []

    @Option(
        name: .customLong("input-value"),
        help: "NAME=16000: fixes an input of an ONNX file to a number, or to several with commas.")
    var values: [String] = []

    /// Both options together.
    var options: InputOptions { InputOptions(shapes: shapes, values: values) }
}

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows what is in a model file: inputs, outputs, counts, layers.")

    @Argument(help: "A model ending in .onnx, .tflite or .swiftlet.")
    var model: String

    @OptionGroup var memory: MemoryOption
    @OptionGroup var inputs: InputSizesOption
    @OptionGroup var output: FormatOption

    func run() throws {
        try Terminal.print(
            try ModelCommands.inspect(model, memory: memory.bytes, inputs: inputs.options), as: output.format)
    }
}

struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Times a model on this computer, batch 1.")

    @Argument(help: "A model ending in .onnx, .tflite or .swiftlet.")
    var model: String

    @Option(help: "Threads inside one inference.")
    var threads = 1

    @Option(help: "How long to measure.")
    var seconds = 5.0

    @Flag(help: "Also time every step of the plan, and hold it against this core's peak.")
    var layers = false

    @OptionGroup var memory: MemoryOption
    @OptionGroup var inputs: InputSizesOption
    @OptionGroup var output: FormatOption

    func run() throws {
        let answer = try ModelCommands.benchmark(
            model, threads: threads, seconds: seconds, hasLayers: layers, memory: memory.bytes,
            inputs: inputs.options)
        try Terminal.print(answer, as: output.format)
    }
}

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a model on arrays and writes its outputs.")

    @Argument(help: "A model ending in .onnx, .tflite or .swiftlet.")
    var model: String

    @Option(help: "An .npy file, or an .npz file with one array an input.")
    var input: String

    @Option(name: .long, help: "The .npz file to write.")
    var output: String

    @Flag(help: "Replace the output file where it exists.")
    var force = false

    @OptionGroup var memory: MemoryOption
    @OptionGroup var inputs: InputSizesOption

    @Option(help: "table, json or csv.")
    var format: AnswerFormat = .table

    func run() throws {
        let answer = try ModelCommands.run(
            model, input: input, output: output, replacing: force, memory: memory.bytes,
            inputs: inputs.options)
        try Terminal.print(answer, as: format)
    }
}

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a finished candidate as a folder that ships.")

    @Argument(help: "The name of the job.")
    var job: String

    @Argument(help: "The candidate's id, or enough of its beginning.")
    var candidate: String

    @Option(help: "onnx, tflite or c; given again for several; without it what the job's devices load.")
    var format: [BundleFormat] = []

    @Option(
        help: """
            float32, int8 or uint8: what callers of the TFLite file of an int8 model hand over and get; without it what the \
            devices want.
            """)
    var interface: ModelInterface?

    @Option(help: "Only what this device's runtime loads.")
    var device: String?

    @Option(help: "The folder to write.")
    var output: String

    @Flag(help: "Replace the folder's files where they exist.")
    var force = false

    @Flag(help: "Also a candidate that was not trained to the end: as the search left it.")
    var unfinished = false

    @Option(help: "A folder that replaces the data set's path, for --unfinished.")
    var data: String?

    @OptionGroup var database: DatabaseOption

    func run() throws {
        let request = ExportRequest(
            job: job, candidate: candidate, formats: format, interface: interface, device: device,
            output: output, replacing: force,
            allowsUnfinished: unfinished, data: data)
        try Terminal.print(try Review(database: database.db).export(request), as: .table)
    }
}

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Checks an exported folder: hashes, preprocessing, and every model against the test vectors.")

    @Argument(help: "A folder written by export.")
    var bundle: String

    @OptionGroup var output: FormatOption

    func run() throws {
        let answer = try ModelCommands.verify(bundle)
        try Terminal.print(answer, as: output.format)
        if !answer.isGood { throw ExitStatus.failed }
    }
}
