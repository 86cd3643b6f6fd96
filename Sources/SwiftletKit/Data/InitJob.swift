import Candidates
import Datasets
import Foundation
import Jobs
public import Quantities

/// A commented job file that searches for networks on some data.
public struct InitRequest: Sendable {
    /// Path of the file, folder or archive.
    public var data: String
    /// Names of device profiles, or paths of their files.
    public var devices: [String]
    /// The column to predict; nil for a guess.
    public var target: String?
    /// Nil for what suits the target.
    public var task: LearningTask?
    /// Of tables in a folder or archive, those whose path fits this pattern; nil for all.
    public var files: String?
    /// Where the file will lie; paths in it are relative to its folder.
    public var output: String

    /// A request.
    public init(
        data: String, devices: [String], target: String? = nil, task: LearningTask? = nil,
        files: String? = nil, output: String
    ) {
        self.data = data
        self.devices = devices
        self.target = target
        self.task = task
        self.files = files
        self.output = output
    }
}

/// The text of a job for data that is looked at, and loaded once to see that it can be; devices that are not known are refused.
public func jobText(for request: InitRequest) throws -> String {
    let shelf = DeviceShelf()
    for device in request.devices {
        _ = try shelf.profile(device, relativeTo: JobFile.folder(of: request.output))
    }
    let guess = try DatasetGuess(
        request.data, target: request.target, task: request.task, files: request.files)
    let dataset = try Dataset(guess.request)
    let draft = JobDraft(request, guess, dataset)
    return draft.text
}

/// What stands in a written job.
private struct JobDraft {
    private let request: InitRequest
    private let guess: DatasetGuess
    private let dataset: Dataset

    init(_ request: InitRequest, _ guess: DatasetGuess, _ dataset: Dataset) {
        self.request = request
        self.guess = guess
        self.dataset = dataset
    }

    var text: String {
        let shape = dataset.sampleShape.map(String.init).joined(separator: "×")
        let learned = dataset.classNames.isEmpty ? "" : ", \(dataset.classNames.count) classes"
        return """
            # Written by swiftlet init: \(dataset.count) samples of \(shape)\(learned). swiftlet search \(request.output)
            version: 1
            name: \(name)
            dataset:
            \(datasetLines.map { "  \($0)" }.joined(separator: "\n"))
            # space: left out, so that the family is chosen which suits data and devices
            devices: [\(request.devices.joined(separator: ", "))]
            objectives: [quality, latency_ms, model_bytes]
            \((compressionLines + trainingLines).joined(separator: "\n"))

            """
    }

    /// Letters, digits and hyphens of the file's name.
    private var name: String {
        let stem = URL(filePath: request.data).lastPathComponent.split(separator: ".").first ?? "job"
        let safe = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return String(safe.prefix(80))
    }

    private var datasetLines: [String] {
        var lines = ["source: \(guess.request.source.rawValue)"]
        if let path = guess.request.path {
            lines.append("path: '\(absolute(path).replacing("'", with: "''"))'")
        }
        for key in guess.keys {
            lines.append("\(key.name): \(key.value)" + (key.remark.isEmpty ? "" : "   # \(key.remark)"))
        }
        lines += guess.notes.map { "# \($0)" }
        let counts = dataset.classCounts.filter { $0 > 0 }
        if let least = counts.min(), let most = counts.max(), least * 10 < most {
            lines.append(
                "metric: macro_f1     # classes have \(least) to \(most) samples: accuracy says little")
        }
        if dataset.officialTest == nil {
            lines.append("test: 0.15           # of all samples, drawn by split_seed")
        }
        if dataset.officialValidation == nil { lines.append("validation: 0.15") }
        lines.append("split_seed: 1")
        return lines
    }

    private func absolute(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.path
    }

    private var isTable: Bool { dataset.sampleShape[0] * dataset.sampleShape[1] == 1 }

    /// Networks for tables learn from their labels or from trees, whichever is better on validation.
    private var compressionLines: [String] {
        guard isTable, guess.request.table.task != .anomaly, dataset.sampleSize <= TableTeacher.mostColumns
        else { return [] }
        return ["compression: {recipe: [plain, distill(trees)]}   # trees: of the rows, and grown first"]
    }

    /// Lengths such that small data sets are seen often and large ones not too often.
    private var trainingLines: [String] {
        guard isTable else { return timedLines }
        let batch = dataset.count < 2000 ? 32 : dataset.count < 20_000 ? 64 : 128
        let epochs = min(max(2000 * Double(batch) / Double(max(dataset.count, 1)), 1), 200)
        let rounded = (epochs * 2).rounded() / 2
        return [
            "training: {epochs: \(rounded), batch: \(batch), optimizer: adamw\(regularisation)}   # of each candidate while the search compares",
            "search: {max_evaluations: 64, max_time: 15m, seed: 1}",
            "finalists: {per_device: 6, epochs: \(rounded * 3)}   # trained to the end and tested once",
        ]
    }

    /// What trains longer than tables do is given a time; its lengths follow from that and from the computer's speed.
    private var timedLines: [String] {
        [
            augmentation.map { "training: {augmentation: [\($0.changes)]}   # \($0.why)" },
            "# Lengths of training are left out: they follow from the time, the data and how fast this computer trains.",
            "search: {max_evaluations: 24, max_time: 15m, seed: 1}",
            "finalists: {per_device: \(isSoonLearned ? 5 : 2)}   # trained to the end and tested once",
        ].compactMap(\.self)
    }

    /// Whether trainings take seconds, so that more finalists cost little; which network is best shows in the long training.
    private var isSoonLearned: Bool { dataset.count * dataset.sampleSize < 2_000_000 }

    /// How far pictures may move, and whether they may be mirrored: characters and directions become others.
    private var augmentation: (changes: String, why: String)? {
        let (shape, names) = (dataset.sampleShape, dataset.classNames)
        guard guess.request.source == .imageFolder else { return nil }
        let shift = "shift(\(max(1, min(4, min(shape[0], shape[1]) / 8))))"
        let haveSides = names.contains { name in
            ["left", "right"].contains { name.lowercased().contains($0) }
        }
        if haveSides || names.allSatisfy({ $0.count == 1 }) {
            return (shift, "no flip, for mirrored pictures may be of another class")
        }
        if shape[2] == 1 { return (shift, "add flip if mirrored pictures are of the same class") }
        return ("\(shift), flip", "remove flip if mirrored pictures are of another class")
    }

    /// Rows are few and noisy, and are learned by heart without dropout.
    ///
    /// Numbers are learned the less well with it the better they follow from the values; where neighbours nearly agree,
    /// larger steps matter more (docs/results/data.md).
    private var regularisation: String {
        guard dataset.classNames.isEmpty, let explained = dataset.varianceExplainedByNeighbours else {
            return dataset.classNames.isEmpty ? "" : ", dropout: 0.2"
        }
        if explained > 0.9 { return ", learning_rate: 0.01" }
        return explained > 0.5 ? ", dropout: 0.1" : ", dropout: 0.2"
    }
}
