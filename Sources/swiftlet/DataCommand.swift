import ArgumentParser
import Foundation
import Quantities
import Reports
import SwiftletKit

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Looks at data: check.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what data holds, how it is divided and what is suspicious about it.")
        @Argument(help: "A job file (.yaml), or a file, folder or archive of data.")
        var data: String
        @Option(help: "table, json or csv.")
        var format: AnswerFormat = .table
        @Option(help: "Writes a page of HTML with pictures of some samples of each class.")
        var sheet: String?
        @Flag(help: "Replaces an existing sheet.")
        var force = false
        func run() throws {
            try Terminal.print(try checkData(data, sheet: sheet, replacing: force), as: format)
        }
    }
}

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Looks at data and writes a commented job file that runs.")
    @Argument(help: "A file, folder or archive of data; or digits.")
    var data: String
    @Option(name: .customLong("device"), help: "A device; may be given several times.")
    var devices: [String] = []
    @Option(help: "The column to predict.")
    var target: String?
    @Option(help: "classification, regression or anomaly.")
    var task: String?
    @Option(
        help: "Of tables in a folder or archive, those whose path fits this pattern, such as 'runs/*.csv'.")
    var files: String?
    @Option(help: "Where to write the job.")
    var output = "job.yaml"
    @Flag(help: "Replaces an existing file.")
    var force = false

    func run() throws {
        let known = LearningTask.allCases.map(\.rawValue)
        if let task, !known.contains(task) {
            throw ValidationError("--task is one of \(known.joined(separator: ", "))")
        }
        guard !devices.isEmpty else { throw ValidationError("name at least one --device") }
        if FileManager.default.fileExists(atPath: output), !force {
            throw ValidationError("\(output) exists; --force replaces it")
        }
        let request = InitRequest(
            data: data, devices: devices, target: target, task: task.flatMap { LearningTask(rawValue: $0) },
            files: files, output: output)
        try jobText(for: request).write(toFile: output, atomically: true, encoding: .utf8)
        print("wrote \(output)")
    }
}
