import Archives
import Candidates
import Datasets
import Jobs
public import Reports

/// A part of a job's data set.
public enum SamplePart: String, Sendable, CaseIterable {
    case train, validation, test
}

extension ModelCommands {
    /// Writes one part of a job's data set as an npz file, so that other programs can be asked the same.
    ///
    /// `raw` holds the samples as they were loaded, `input` as a network reads them, `label` the true classes.
    /// - Parameters:
    ///   - job: a name, or the path of a job file.
    ///   - data: replaces the data set's path.
    public static func samples(
        of job: String, part: SamplePart, data: String? = nil, output: String, replacing: Bool = false
    ) throws -> SamplesAnswer {
        _ = try OutputPath(output, replacing: replacing)
        let resolved = try JobSource(named: job, data: data).resolved()
        guard case .training(let work) = try resolved.work(data: data) else {
            throw KitError.refused("\(job): looks its candidates up in a table, so that it has no samples")
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
        return SamplesAnswer(job: job, part: part.rawValue, samples: indices.count, output: output)
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
