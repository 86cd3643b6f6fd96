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
    /// `raw` holds the samples as they were loaded (of recordings the waveforms, as front-ends read them), `input` as a network reads them, `label` what is true of them: the class,
    /// the number to predict, or 1 for an anomaly and 0 for none.
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
        try NPZ.write(
            [
                (name: "raw", array: try work.data.rawArray(of: indices)),
                (name: "input", array: NumberArray(shape, .float32(work.data.samples(indices)))),
                (name: "label", array: work.data.dataset.target.array(of: indices)),
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

extension Dataset.Target {
    /// What is true of some samples.
    fileprivate func array(of indices: [Int]) -> NumberArray {
        let values: NumberArray.Elements =
            switch self {
            case .classes(let labels, _): .int32(indices.map { labels[$0] })
            case .values(let numbers): .float32(indices.map { numbers[$0] })
            case .anomalies(let flags): .int32(indices.map { flags[$0] ? 1 : 0 })
            }
        return NumberArray([indices.count], values)
    }
}
