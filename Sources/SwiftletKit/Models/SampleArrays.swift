import Archives
import Candidates
import Datasets
import Foundation
import Jobs

/// A part of a job's data set.
public enum SamplePart: String, Sendable, CaseIterable { case train, validation, test }

extension ModelCommands {
    /// `swiftlet samples`: one part of a job's data set as an npz file, so that other programs can be asked the same.
    ///
    /// `raw` holds the samples as they were loaded, `input` as a network reads them, `label` the true classes.
    public static func samples(
        of job: String, part: SamplePart, data: String?, output: String, force: Bool
    ) throws -> Answer {
        guard force || !FileManager.default.fileExists(atPath: output) else {
            throw CommandError("\(output): exists already; --force replaces it")
        }
        let resolved = try JobSource(named: job, data: data).resolved()
        guard case .training(let work) = try resolved.work(data: data) else {
            throw CommandError("\(job): looks its candidates up in a table, so that it has no samples")
        }
        let indices = work.data.indices(of: part)
        let shape = [indices.count] + work.data.dataset.sampleShape
        let labels = work.data.dataset.labels
        try NPZ.write(
            [
                (name: "raw", array: NumberArray(shape, .float32(work.data.rawSamples(indices)))),
                (name: "input", array: NumberArray(shape, .float32(work.data.samples(indices)))),
                (name: "label", array: NumberArray([indices.count], .int32(indices.map { labels[$0] }))),
            ], to: output)
        let json: Record = [
            "job": .text(job), "part": .text(part.rawValue), "samples": .integer(indices.count),
            "output": .text(output),
        ]
        return Answer(
            json: .record(json), columns: json.entries.map(\.key), rows: [json],
            table: "\(indices.count) samples of the \(part.rawValue) part in \(output)\n")
    }
}

extension PreparedData {
    fileprivate func indices(of part: SamplePart) -> [Int] {
        switch part {
        case .train: split.train
        case .validation: split.validation
        case .test: split.test
        }
    }
}
